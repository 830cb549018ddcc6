/** The voices with a star, kept in this browser. */

const KEY = "voice-server-favourites";

export class Favourites {
  constructor() {
    this._keys = new Set(stored());
  }

  has(voice) {
    return this._keys.has(keyOf(voice));
  }

  /** Give or take a voice its star; returns whether it has one now. */
  toggle(voice) {
    const key = keyOf(voice);
    if (!this._keys.delete(key)) this._keys.add(key);
    localStorage.setItem(KEY, JSON.stringify([...this._keys]));
    return this._keys.has(key);
  }
}

function keyOf({ backend, id }) {
  return `${backend}/${id}`;
}

function stored() {
  try {
    const keys = JSON.parse(localStorage.getItem(KEY));
    return Array.isArray(keys) ? keys : [];
  } catch {
    return [];
  }
}
