/** The part of the player that runs in the audio thread. */

import { Playback } from "./playback.js";

class Speaker extends AudioWorkletProcessor {
  constructor() {
    super();
    this._playback = new Playback(sampleRate, (message) => this.port.postMessage(message));
    this.port.onmessage = ({ data }) => this._playback.receive(data);
  }

  process(_inputs, [[output]]) {
    this._playback.render(output);
    return true;
  }
}

registerProcessor("speaker", Speaker);
