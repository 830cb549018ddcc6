/** The audio of a turn, kept to be heard again and for the download as a WAV file. */

const LONGEST_S = 3600; // 170 MB; a book is better fetched with `voice-server speak --output`
const HEADER_BYTES = 44;

export class Recording {
  constructor(rateHz) {
    this._rateHz = rateHz;
    this._chunks = [];
    this._samples = 0;
  }

  get isEmpty() {
    return this._samples === 0;
  }

  get durationMs() {
    return (this._samples / this._rateHz) * 1000;
  }

  add(samples) {
    if (this._samples + samples.length > LONGEST_S * this._rateHz) return;
    this._chunks.push(samples);
    this._samples += samples.length;
  }

  toWav() {
    return wav(this._chunks, this._rateHz);
  }
}

/** A WAV file of 16-bit mono samples. */
export function wav(chunks, rateHz) {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  const name = (at, text) => [...text].forEach((char, i) => header.setUint8(at + i, char.charCodeAt(0)));
  name(0, "RIFF");
  header.setUint32(4, HEADER_BYTES - 8 + bytes, true);
  name(8, "WAVEfmt ");
  header.setUint32(16, 16, true); // length of what follows up to "data"
  header.setUint16(20, 1, true); // PCM
  header.setUint16(22, 1, true); // channels
  header.setUint32(24, rateHz, true);
  header.setUint32(28, rateHz * 2, true); // bytes a second
  header.setUint16(32, 2, true); // bytes a sample
  header.setUint16(34, 16, true); // bits a sample
  name(36, "data");
  header.setUint32(40, bytes, true);
  return new Blob([header, ...chunks], { type: "audio/wav" });
}

/** Hand a file to the user. */
export function download(blob, fileName) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
