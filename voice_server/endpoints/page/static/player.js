/**
 * The player: an audio context, the audio node that plays in it, and the play position.
 *
 * One stretch of speech after the other: `start`, any number of `push`, then `end` or `stop`. Positions are
 * milliseconds of that stretch's audio as they leave the loudspeaker. Every stretch has an epoch, by which late
 * reports of an earlier one are recognised.
 */

import { Playback } from "./playback.js";

const WANTED_RATE_HZ = 24000;
const SERVER_RATES_HZ = [24000, 44100, 48000]; // with one of these a context need not resample
const LONGEST_GUESS_MS = 100;
const BLOCK_WITHOUT_WORKLET = 1024;

export class Player {
  constructor({ onStarted, onDrained }) {
    this._onStarted = onStarted;
    this._onDrained = onDrained;
    this._context = null;
    this._opening = null;
    this._post = null;
    this._epoch = 0;
    this._forget();
  }

  /** Start the audio context; browsers allow it in a click or a key press only. */
  async open() {
    this._context ??= newContext();
    this._context.resume().catch(() => {}); // a refusal lasts until the next click
    this._opening ??= speakerIn(this._context, (message) => this._receive(message));
    try {
      this._post = await this._opening;
    } catch {
      this._opening = null;
      throw new Error("The browser could not start its sound; reload the page to try again.");
    }
  }

  /** The sample rate to ask the server for. */
  get rateHz() {
    const rate = this._context?.sampleRate ?? WANTED_RATE_HZ;
    return SERVER_RATES_HZ.includes(rate) ? rate : 48000;
  }

  get isPaused() {
    return this._isPaused;
  }

  /** Milliseconds of audio that were received. */
  get receivedMs() {
    return (this._received / this._rateHz) * 1000;
  }

  /** Milliseconds of audio that the listener has heard; never decreases. */
  get playedMs() {
    const { played, waiting, at, isPaused } = this._position;
    if (at === null) return this._furthestMs;
    const sinceMs = isPaused ? 0 : Math.min(performance.now() - at, LONGEST_GUESS_MS);
    const end = ((played + waiting) / this._rateHz) * 1000;
    const heard = Math.min((played / this._rateHz) * 1000 + sinceMs, end) - this.latencyMs;
    this._furthestMs = Math.max(this._furthestMs, heard);
    return this._furthestMs;
  }

  /** The time from the audio node to the loudspeaker in milliseconds, as far as the browser knows it. */
  get latencyMs() {
    return (this._context?.outputLatency || 0) * 1000;
  }

  /** Milliseconds of silence that the listener heard because audio came too late. */
  get starvedMs() {
    return this._position.starvedMs;
  }

  start() {
    this._forget();
    this._epoch += 1;
    this._rateHz = this.rateHz;
    this._post({ type: "start", epoch: this._epoch, rateHz: this._rateHz });
  }

  push(samples) {
    this._received += samples.length;
    this._post({ type: "pcm", samples });
  }

  /** No more audio will come. */
  end() {
    this._post({ type: "end" });
  }

  /** Stop now; returns how many milliseconds were heard. */
  stop() {
    const playedMs = this.playedMs;
    this._post({ type: "stop" });
    this._epoch += 1;
    this._position = { ...this._position, at: null };
    return playedMs;
  }

  pause(isPaused) {
    this._isPaused = isPaused;
    this._post({ type: "pause", paused: isPaused });
  }

  _forget() {
    this._rateHz = WANTED_RATE_HZ;
    this._received = 0;
    this._furthestMs = 0;
    this._isPaused = false;
    this._position = { played: 0, waiting: 0, starvedMs: 0, isPaused: false, at: null };
  }

  _receive(message) {
    if (message.epoch !== this._epoch) return;
    if (message.type === "position") this._position = { ...message, at: performance.now() };
    else if (message.type === "started") this._onStarted();
    else if (message.type === "drained") this._onDrained();
  }
}

function newContext() {
  try {
    return new AudioContext({ sampleRate: WANTED_RATE_HZ, latencyHint: "interactive" });
  } catch {
    return new AudioContext({ latencyHint: "interactive" });
  }
}

/** Connect a playback node to the context; returns the function that sends it messages. */
async function speakerIn(context, tell) {
  if (!context.audioWorklet) return speakerWithoutWorklet(context, tell);
  await context.audioWorklet.addModule(new URL("./worklet.js", import.meta.url));
  const node = new AudioWorkletNode(context, "speaker", { numberOfInputs: 0, outputChannelCount: [1] });
  node.port.onmessage = ({ data }) => tell(data);
  node.connect(context.destination);
  return (message) => {
    // The page keeps its own copy of the samples (for the download), so they are copied, not transferred.
    node.port.postMessage(message);
  };
}

/** Without a worklet, which browsers offer on secure addresses only, the deprecated script processor plays. */
function speakerWithoutWorklet(context, tell) {
  const node = context.createScriptProcessor(BLOCK_WITHOUT_WORKLET, 0, 1);
  const playback = new Playback(context.sampleRate, tell);
  node.onaudioprocess = ({ outputBuffer }) => playback.render(outputBuffer.getChannelData(0));
  node.connect(context.destination);
  return (message) => playback.receive(message);
}
