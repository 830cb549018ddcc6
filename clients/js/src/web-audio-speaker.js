/** The loudspeaker of a browser: an audio context with the playback in its audio thread. */

import { VoiceServerError } from "./errors.js";
import { Playback } from "./playback.js";

const WANTED_RATE_HZ = 24000;
const SERVER_RATES_HZ = [24000, 44100, 48000]; // with one of these a context need not resample
const BLOCK_WITHOUT_WORKLET = 1024;

export class WebAudioSpeaker {
  /** `workletUrl` is where playback.js is served, where that is not beside this file. */
  constructor({ workletUrl = new URL("./playback.js", import.meta.url) } = {}) {
    this._workletUrl = workletUrl;
    this._context = null;
    this._gain = null;
    this._volume = 1;
    this._opening = null;
    this._post = null;
  }

  /** Start the audio context; browsers allow it in a click or a key press only. `tell` gets the playback's events. */
  async open(tell) {
    this._context ??= newContext();
    this._context.resume().catch(() => {}); // a refusal lasts until the next click
    this._opening ??= this._connect(tell);
    try {
      this._post = await this._opening;
    } catch {
      this._opening = null;
      throw new VoiceServerError("The browser could not start its sound; reload the page to try again.", "no_speakers");
    }
  }

  /** Hand a message to the playback. */
  post(message) {
    this._post(message);
  }

  /** The sample rate to ask the server for. */
  get rateHz() {
    const rate = this._context?.sampleRate ?? WANTED_RATE_HZ;
    return SERVER_RATES_HZ.includes(rate) ? rate : 48000;
  }

  /** The time from the audio node to the loudspeaker in milliseconds, as far as the browser knows it. */
  get latencyMs() {
    return (this._context?.outputLatency || 0) * 1000;
  }

  /** How loud it is: 1 is as the samples are, 0 is silence. */
  get volume() {
    return this._volume;
  }

  set volume(volume) {
    this._volume = volume;
    if (this._gain) this._gain.gain.value = volume;
  }

  async _connect(tell) {
    const context = this._context;
    await context.audioWorklet?.addModule(this._workletUrl);
    this._gain = context.createGain();
    this._gain.gain.value = this._volume;
    this._gain.connect(context.destination);
    if (!context.audioWorklet) return withoutWorklet(context, this._gain, tell);
    const node = new AudioWorkletNode(context, "voice-server-playback", {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    node.port.onmessage = ({ data }) => tell(data);
    node.connect(this._gain);
    return (message) => node.port.postMessage(message); // a copy: the caller may keep its samples
  }
}

function newContext() {
  try {
    return new AudioContext({ sampleRate: WANTED_RATE_HZ, latencyHint: "interactive" });
  } catch {
    return new AudioContext({ latencyHint: "interactive" });
  }
}

/** Without a worklet, which browsers offer on secure addresses only, the deprecated script processor plays. */
function withoutWorklet(context, output, tell) {
  const node = context.createScriptProcessor(BLOCK_WITHOUT_WORKLET, 0, 1);
  const playback = new Playback(context.sampleRate, tell);
  node.onaudioprocess = ({ outputBuffer }) => playback.render(outputBuffer.getChannelData(0));
  node.connect(output);
  return (message) => playback.receive(message);
}
