/**
 * Speak through a voice-server: tokens in; sound, words and captions out.
 *
 * A `Conversation` does everything for a program that talks. A `Stream` is one connection without sound, a
 * `Player` is the sound without a connection. Samples are int16 mono; times are milliseconds.
 */

// ---------------------------------------------------------------- the protocol

export type RateHz = 8000 | 16000 | 22050 | 24000 | 32000 | 44100 | 48000;

/** How text is spoken; docs/protocol.md describes each key. It holds until it is changed. */
export interface Config {
  voice?: string | number;
  backend?: string;
  lang?: string;
  opts?: Record<string, unknown>;
  timestamps?: "none" | "word";
  normalize?: boolean | string[];
  markup?: "strip" | "speak" | "ssml";
  ssml?: boolean;
  code?: "announce" | "skip" | "read";
  script?: "switch" | "keep";
  emoji?: "skip" | "say";
  citations?: "skip" | "say";
  format?: { encoding?: "pcm_s16le" | "pcm_f32le" | "mulaw" | "alaw" | "mp3" | "opus"; rate?: RateHz };
  max_wait_ms?: number;
  first_segment?: "clause" | "sentence";
  ahead_s?: number;
  sentence_pause_ms?: number;
  speakers?: Record<string, string | { voice?: string; backend?: string; speed?: number } | null>;
  pronunciations?: Record<string, string | { ipa: string }>;
  on_new_turn?: "queue" | "preempt";
  /** In `connect` only: how long a lost session can be taken up again; conversations see to it themselves. */
  keep_s?: number;
}

/** Any message of a client: a configuration, and what docs/protocol.md lists beside it. */
export interface ClientMessage extends Config {
  token?: string;
  turn?: string;
  flush?: boolean;
  id?: number | string;
  end?: boolean;
  cancel?: boolean;
  played_ms?: number;
  pause?: boolean;
  resume?: boolean | { session: string; received?: number; turn?: string; index?: number; sample?: number };
  ping?: number | string;
  done?: boolean;
}

/** From and to, in code points of the turn's text as typed. */
export type Span = [from: number, to: number];

/** A word, its times from the sentence's first sample, and its place in code points of the turn's text. */
export type WireWord = [word: string, startMs: number, endMs: number, from: number, to: number];

export interface ReadyMessage {
  type: "ready";
  session: string;
  voice: string;
  backend: string;
  sample_rate: number;
  encoding: string;
  limits: Record<string, number>;
  keep_s: number;
  /** How many messages of ours the server has, where a session goes on. */
  received?: number;
  capabilities: Record<string, unknown>;
}

export interface GeneratingMessage {
  type: "generating";
  sentence: string;
  queue_depth: number;
  turn: string;
  index: number;
  chars: Span;
}

export interface SentenceMessage {
  type: "sentence";
  turn: string;
  index: number;
  text: string;
  spoken: string;
  chars: Span;
  at_ms: number;
  queued_ms: number;
}

export interface WordsMessage {
  type: "words";
  turn: string;
  index: number;
  words: WireWord[];
  source: string;
}

export interface SentenceEndMessage {
  type: "sentence_end";
  turn: string;
  index: number;
  audio_ms: number;
  ttfa_ms: number;
  rtf: number;
  gap_ms: number;
}

export interface TurnDoneMessage {
  type: "turn_done";
  turn: string;
  reason: "complete" | "cancelled" | "preempted" | "failed";
  audio_ms: number;
  characters: number;
  sentences: number;
}

export interface CancelledMessage {
  type: "cancelled";
  turn: string;
  heard: string;
  unheard: string;
  dropped_ms: number;
}

export interface WarningMessage {
  type: "warning";
  code: string;
  msg: string;
  turn?: string;
  index?: number;
}

export interface ErrorMessage {
  type: "error";
  code: string;
  msg: string;
  fatal: boolean;
  turn?: string;
  index?: number;
}

/** Sound of the sentence at hand. */
export interface AudioEvent {
  type: "audio";
  turn: string;
  index: number;
  /** Counts the turn's pieces of audio from 0. */
  sequence: number;
  /** Whether it is the first of its sentence. */
  isFirst: boolean;
  /** PCM; null in another encoding than `pcm_s16le`. Change the encoding between turns only. */
  samples: Int16Array | null;
  /** The same as it was sent, in the encoding of `format`. */
  bytes: Uint8Array;
}

export type StreamEvent =
  | AudioEvent
  /** The connection was lost; `ready` follows when the session goes on over another one. */
  | { type: "lost" }
  | ReadyMessage
  | GeneratingMessage
  | SentenceMessage
  | WordsMessage
  | SentenceEndMessage
  | TurnDoneMessage
  | CancelledMessage
  | WarningMessage
  | ErrorMessage
  | { type: "flushed"; turn?: string; id?: number | string }
  | { type: "paused" }
  | { type: "resumed" }
  | { type: "pong"; ping: number | string }
  | { type: "closing"; reason: string; in_ms: number }
  | { type: "done" };

// ---------------------------------------------------------------- one connection

/** The browsers' WebSocket, Node's, or that of the package ws. */
export type WebSocketClass = new (url: string, protocols?: string[]) => any;

export interface Access {
  /** What a server that wants a token printed when it was started. */
  token?: string;
  /** The class to connect with, where there is no global one (Node 20). */
  WebSocket?: WebSocketClass;
}

/**
 * Connect; resolves once the server is ready to speak as the configuration says.
 *
 * Rejects with NoServer where nobody answers, and with StreamRefused where the server does not do what it is asked.
 */
export function connect(address: string | URL, options?: Access & Config): Promise<Stream>;

/** Complete an address: http becomes ws, and without a path it is `/stream-tokens`. */
export function streamUrl(address: string | URL): string;

/**
 * One session; iterate it for events, and send meanwhile. Events wait for whoever iterates. With `keep_s` in
 * `connect` a lost connection is made again, and nothing is lost or comes twice. The iteration ends when the connection was closed normally, else it throws StreamClosed.
 */
export class Stream implements AsyncIterable<StreamEvent> {
  private constructor();
  readonly ready: ReadyMessage;
  readonly isOpen: boolean;
  /** Send a message of the protocol. Throws StreamClosed where the connection was lost. */
  send(message: ClientMessage): void;
  /** Append text to the turn, joined verbatim to what came before; `turn` names it. */
  sendText(text: string, turn?: string): void;
  /** Speak what is buffered now; the turn stays open. `flushed` answers. */
  flush(id?: number | string): void;
  /** End the turn; the connection stays open for the next one. `turn_done` answers. */
  endTurn(turn?: string): void;
  /** Announce that no more text will come: the server speaks the rest and closes, which ends the iteration. */
  done(): void;
  /** Barge in. `cancelled` answers, with the text that was heard if the play position is given. */
  cancel(which?: { playedMs?: number; turn?: string }): void;
  /** Stop sending and rendering ahead. */
  pause(): void;
  /** Go on after a pause. */
  resume(): void;
  /** Report the play position within the turn. */
  played(playedMs: number, turn?: string): void;
  /** Close at once: messages still on their way are dropped, and the server stops speaking. */
  close(): void;
  [Symbol.asyncIterator](): AsyncIterator<StreamEvent>;
}

// ---------------------------------------------------------------- sound

/** What a player plays on. */
export interface Speaker {
  readonly rateHz: number;
  readonly latencyMs: number;
  open(tell: (event: object) => void): Promise<void>;
  post(message: object): void;
}

/** The loudspeaker of a browser: an audio context with an AudioWorklet. */
export class WebAudioSpeaker implements Speaker {
  /** `workletUrl`: where the package's playback.js is served, if a bundler moved it. */
  constructor(options?: { workletUrl?: string | URL });
  /** How loud it is: 1 (the default) is as the samples are, 0 is silence. */
  volume: number;
  readonly rateHz: number;
  readonly latencyMs: number;
  open(tell: (event: object) => void): Promise<void>;
  post(message: object): void;
}

/** A loudspeaker made of a function, which is given PCM at the pace at which it is heard; for Node. */
export class PacedSpeaker implements Speaker {
  /**
   * `write` gets 20 ms at a time, at `rateHz` (24000), `aheadMs` (40) before they are due. `deviceMs` (0) is what
   * lies behind `write`, and is counted in the play position.
   */
  constructor(options: {
    write: (samples: Int16Array) => void;
    rateHz?: RateHz;
    aheadMs?: number;
    deviceMs?: number;
  });
  readonly rateHz: number;
  readonly latencyMs: number;
  open(tell: (event: object) => void): Promise<void>;
  post(message: object): void;
}

/** Plays one stretch of audio after the other, and knows how much of it was heard. */
export class Player {
  /** The speaker is the browser's where none is given. */
  constructor(speaker?: Speaker);
  /** Called when the first sample of a stretch is played. */
  onStarted: () => void;
  /** Called when all of a stretch was played. */
  onDrained: () => void;
  readonly isOpen: boolean;
  /** The sample rate to ask the server for. */
  readonly rateHz: number;
  /** Milliseconds of the stretch that were received. */
  readonly receivedMs: number;
  /** Milliseconds of the stretch that left the loudspeaker; never decreases. */
  readonly playedMs: number;
  readonly latencyMs: number;
  /** Milliseconds of silence that were heard because audio came too late. */
  readonly starvedMs: number;
  /** Start the speaker; browsers allow it in a click or a key press only, and it may be called again there. */
  open(): Promise<void>;
  /** Begin a stretch. */
  start(): void;
  push(samples: Int16Array): void;
  /** Do not play what lies behind this sample of the stretch, as far as it was not played yet. */
  cutAt(sample: number): void;
  /** No more audio will come. */
  end(): void;
  /** Stop now; returns how many milliseconds were heard. */
  stop(): number;
  pause(isPaused: boolean): void;
}

// ---------------------------------------------------------------- text by play position

/** Converts offsets in a growing text from code points, as on the wire, to UTF-16 units, as in JavaScript. */
export class Offsets {
  /** The length of the text. */
  readonly codePoints: number;
  add(text: string): void;
  toUtf16(codePoint: number): number;
}

export interface TimelineWord {
  text: string;
  startMs: number;
  endMs: number;
  from: number;
  to: number;
  index: number;
}

export interface TimelineSentence {
  index: number;
  text: string;
  from: number;
  to: number;
  atMs: number;
  audioMs: number | null;
  words: TimelineWord[];
}

/** The sentences of one turn and their words; times from the turn's start, offsets in code points. */
export class Timeline {
  readonly sentences: TimelineSentence[];
  readonly words: TimelineWord[];
  addSentence(message: SentenceMessage): void;
  addWords(message: WordsMessage): void;
  endSentence(message: SentenceEndMessage): void;
  forgetFrom(index: number): void;
  /** The code point up to which a listener at this position has heard; a word that has begun counts. */
  heardUntil(playedMs: number): number;
}

// ---------------------------------------------------------------- conversations

/** When a word is spoken, from the turn's start, and where it stands: `turn.text.slice(from, to)`. */
export interface Word {
  text: string;
  startMs: number;
  endMs: number;
  from: number;
  to: number;
  /** The sentence that it belongs to. */
  index: number;
}

/** A sentence to be shown from `startMs` of the turn on; `endMs` is null while its audio is still coming. */
export interface Caption {
  index: number;
  text: string;
  startMs: number;
  endMs: number | null;
  from: number;
  to: number;
}

/** How a turn ended; `heard` and `unheard` together are its text. */
export interface Spoken {
  reason: "complete" | "cancelled" | "preempted" | "failed";
  heard: string;
  unheard: string;
  /** Why it failed. */
  error: VoiceServerError | null;
}

/** What one answer says: write its text as it comes, end it, and wait until it was heard. */
export interface Turn {
  readonly name: string;
  /** All that was written. */
  readonly text: string;
  readonly isEnded: boolean;
  /** Resolves when the turn was heard, was interrupted or has failed; never rejects. */
  readonly finished: Promise<Spoken>;
  /** Every word that is known so far, also those that were not heard yet. */
  readonly words: Word[];
  readonly timeline: Timeline;
  /** Add text, joined verbatim to what came before. Has no effect once the turn is over. */
  write(text: string): void;
  /** Add the last text, if any: the turn is spoken to its end. */
  end(text?: string): void;
  /** The text, split at a play position. */
  splitAt(playedMs: number): { heard: string; unheard: string };
}

export type State = "idle" | "speaking" | "paused";

/** `asleep`: there is no connection, and the next turn makes one; `gone`: it could not be made again. */
export type ConnectionState = "connecting" | "open" | "asleep" | "gone";

export interface Handlers {
  /** `reason` says how the last turn ended, where the state is idle. */
  onState?(state: State, reason: Spoken["reason"] | null): void;
  /** The first sample of a turn is played. */
  onStarted?(turn: Turn): void;
  /** A sentence begins to be heard. */
  onCaption?(caption: Caption, turn: Turn): void;
  /** A word begins to be heard. */
  onWord?(word: Word, turn: Turn): void;
  onConnection?(state: ConnectionState): void;
  /** Without it, `console.warn` is called. */
  onWarning?(warning: WarningMessage): void;
  /** Without it, `console.error` is called. */
  onError?(error: VoiceServerError): void;
  /** Text was sent to the server; after a lost connection some of it for the second time. */
  onSent?(text: string, turn: Turn): void;
  /** Audio of a turn came. */
  onAudio?(samples: Int16Array, turn: Turn): void;
  /** The server's messages about a turn, with offsets, indices and times of the whole turn. */
  onMessage?(message: StreamEvent, turn: Turn): void;
}

export interface ConversationOptions extends Omit<Access, "token">, Handlers {
  /** What a server that wants a token printed; a function is asked before each connection. */
  token?: string | (() => string);
  /** The browser's loudspeaker where none is given. */
  player?: Player;
  /** How long a lost connection is tried again (60000); 0: once. */
  reconnectMs?: number;
  config?: Config;
}

/** What a barge-in stopped. */
export interface Interruption {
  turn: Turn;
  playedMs: number;
  /** Milliseconds of audio that came and were not heard. */
  droppedMs: number;
  heard: string;
  unheard: string;
}

/** Turns that are spoken one after the other, over one connection at a time and one player. */
export class Conversation {
  constructor(address: string | URL, options?: ConversationOptions);
  readonly state: State;
  /** The turn that is being heard. */
  readonly turn: Turn | null;
  /** Milliseconds of it that were heard. */
  readonly playedMs: number;
  /** Milliseconds of audio that came and were not heard yet. */
  readonly aheadMs: number;
  /** Milliseconds of silence that were heard because audio came too late. */
  readonly starvedMs: number;
  readonly isConnected: boolean;
  /** Start the player and connect; browsers allow the first in a click or a key press only. */
  open(): Promise<void>;
  /** Connect alone, anew if there is a connection. `config` takes the place of the present one. */
  connect(config?: Config): Promise<ReadyMessage>;
  /** Begin a turn, which is heard after those before it. `config` holds for the turns behind it too. */
  say(config?: Config): Turn;
  /** Stop at once: all turns are over. Returns what was heard of the first of them, null where there is none. */
  bargeIn(): Interruption | null;
  /** Hold the sound, or go on. */
  pause(isPaused?: boolean): void;
  /** Stop, and close the connection; another turn opens one again. */
  close(): void;
}

// ---------------------------------------------------------------- errors

/** Every error of this package and of the server: a stable code, and one sentence. */
export class VoiceServerError extends Error {
  constructor(message: string, code: string);
  readonly code: string;
}

/** Nothing that speaks this protocol answers at the address, or not for us. */
export class NoServer extends VoiceServerError {
  constructor(message: string, code?: string);
}

/** The server closed the connection before it was done. */
export class StreamClosed extends VoiceServerError {
  constructor(message: string, closeCode: number, code?: string);
  readonly closeCode: number;
}

/** The server closed the connection because what it was asked for is wrong, such as an unknown voice. */
export class StreamRefused extends StreamClosed {}

/** A message of the server as a sentence, with a capital and a full stop. */
export function sentence(message: string): string;
