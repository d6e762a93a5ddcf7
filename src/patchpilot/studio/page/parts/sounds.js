// Sounds of the server as decoded audio, each fetched once; and the one audio context of the page.

import { api } from "./api.js";

const KEPT_BYTES = 256e6;
const cache = new Map(); // url -> promise of a buffer, the longest unused first
const sizes = new Map();
let context = null;

// The page's audio context. Until a key or a button was pressed, browsers keep it silent.
export function audio() {
  context ??= new AudioContext({ latencyHint: "interactive" });
  return context;
}

// A sound of the server, decoded. `url` is a path under /api/v1 that always answers the same sound.
export function sound(url) {
  let asked = cache.get(url);
  cache.delete(url);
  if (!asked) {
    asked = fetched(url);
    asked.then((buffer) => remember(url, buffer), () => cache.delete(url));
  }
  cache.set(url, asked);
  return asked;
}

// The same without keeping it, for sounds that are replaced all the time.
export async function fetched(url, options) {
  return audio().decodeAudioData(await api.bytes(url, options));
}

function remember(url, buffer) {
  sizes.set(url, buffer.length * buffer.numberOfChannels * 4);
  let total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  for (const old of [...cache.keys()]) {
    if (total <= KEPT_BYTES || old === url) break;
    total -= sizes.get(old) ?? 0;
    sizes.delete(old);
    cache.delete(old);
  }
}

export function channels(buffer) {
  return Array.from({ length: buffer.numberOfChannels }, (_, index) => buffer.getChannelData(index));
}

const peaks = new WeakMap();

// The largest sample of a buffer, in dB below full scale; -Infinity where it is silent.
export function peak_db(buffer) {
  if (!peaks.has(buffer)) {
    let most = 0;
    for (const samples of channels(buffer)) for (const sample of samples) most = Math.max(most, Math.abs(sample));
    peaks.set(buffer, 20 * Math.log10(most));
  }
  return peaks.get(buffer);
}
