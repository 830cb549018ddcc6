/**
 * A voice sample for a backend that clones: recorded here or dropped, made into a clean WAV file.
 *
 * A server accepts no uploads unless it is configured to. Without that the user saves the file, and the page
 * says into which folder it belongs.
 */

import { save } from "./downloads.js";
import { wav } from "./recording.js";
import { text } from "./texts.js";

const RATE_HZ = 24_000;
const LONGEST_S = 30;
const SHORTEST_S = 3;
const MOST_BYTES = 20 * 1024 * 1024;

export class SampleMaker {
  /** `elements`: {record, file, drop, name, preview, result, save, note}; `tell.error` takes a message for the user. */
  constructor(elements, tell) {
    this._elements = elements;
    this._tell = tell;
    this._wav = null;
    const { record, file, drop, save: saves } = elements;
    record.addEventListener("click", () => (this._recorder ? this._recorder.stop() : this._record()));
    file.addEventListener("change", () => this._take(file.files[0]));
    saves.addEventListener("click", () => save(this._wav, `${this._fileName()}.wav`));
    drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      this._take(event.dataTransfer.files[0]);
    });
  }

  async _record() {
    const { record } = this._elements;
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    } catch {
      this._tell.error(text("sample.no-microphone"));
      return;
    }
    const pieces = [];
    const recorder = new MediaRecorder(stream);
    this._recorder = recorder;
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.onstop = () => {
      clearTimeout(limit);
      this._recorder = null;
      stream.getTracks().forEach((track) => track.stop());
      record.textContent = text("sample.again");
      record.removeAttribute("aria-pressed");
      this._take(new Blob(pieces, { type: recorder.mimeType }));
    };
    const limit = setTimeout(() => recorder.stop(), LONGEST_S * 1000);
    recorder.start();
    record.textContent = text("sample.stop");
    record.setAttribute("aria-pressed", "true");
  }

  async _take(blob) {
    if (!blob) return;
    if (blob.size > MOST_BYTES) return this._tell.error(text("sample.too-big"));
    let sound;
    try {
      sound = await new OfflineAudioContext(1, 1, RATE_HZ).decodeAudioData(await blob.arrayBuffer());
    } catch {
      this._tell.error(text("sample.no-sound"));
      return;
    }
    this._show(sound, blob.name);
  }

  _show(sound, fileName) {
    const { preview, result, note, name } = this._elements;
    const samples = mono(sound).subarray(0, LONGEST_S * RATE_HZ);
    this._wav = wav([samples], RATE_HZ);
    if (preview.src) URL.revokeObjectURL(preview.src);
    preview.src = URL.createObjectURL(this._wav);
    if (fileName && !name.value) name.value = fileName.replace(/\.[^.]*$/, "");
    note.textContent = noteOn(sound.duration);
    result.hidden = false;
  }

  _fileName() {
    return this._elements.name.value.trim().replace(/[^\p{L}\p{N} _-]+/gu, "-") || "my-voice";
  }
}

function mono(sound) {
  const samples = new Int16Array(sound.length);
  const channels = Array.from({ length: sound.numberOfChannels }, (_, channel) => sound.getChannelData(channel));
  for (let i = 0; i < samples.length; i++) {
    const sum = channels.reduce((total, channel) => total + channel[i], 0) / channels.length;
    samples[i] = Math.round(Math.min(1, Math.max(-1, sum)) * 32767);
  }
  return samples;
}

function noteOn(duration) {
  const seconds = duration.toFixed(1);
  if (duration > LONGEST_S) return text("sample.cut", { seconds, longest: LONGEST_S });
  return text(duration < SHORTEST_S ? "sample.short" : "sample.good", { seconds });
}
