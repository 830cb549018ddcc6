/** A take: a text as it was spoken once, with its sound, its sentences and words, and who spoke it. */

import { Recording } from "./recording.js";

let count = 0;

export class Take {
  /** `request` is what was asked for: {text, backend, voice, options, ssml, speakers}; `label` says who speaks. */
  constructor(request, label, rateHz) {
    this.number = ++count;
    this.request = request;
    this.label = label;
    this.recording = new Recording(rateHz);
    this.text = ""; // what was sent of it
    this.sentences = []; // the server's messages, in order
    this.words = [];
    this.shape = null; // of its waveform
    this.isWhole = false; // whether all of its sound has come
    this.spans = new Map(); // the offsets of each sentence, by index
    this.askedAt = performance.now();
    this.soundMs = null; // from the request to the first sample
    this.writtenMs = null; // from the request to the last token
  }

  get durationMs() {
    return this.recording.durationMs;
  }
}
