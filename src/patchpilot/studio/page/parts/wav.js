// A decoded sound as a WAV file (32-bit float), for what was recorded here.

import { channels } from "./sounds.js";

export function wav(buffer) {
  const [n, all] = [buffer.length, channels(buffer)];
  const bytes = n * all.length * 4;
  const view = new DataView(new ArrayBuffer(44 + bytes));
  const text = (at, word) => [...word].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + bytes, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 3, true); // IEEE float
  view.setUint16(22, all.length, true);
  view.setUint32(24, buffer.sampleRate, true);
  view.setUint32(28, buffer.sampleRate * all.length * 4, true);
  view.setUint16(32, all.length * 4, true);
  view.setUint16(34, 32, true);
  text(36, "data");
  view.setUint32(40, bytes, true);
  const samples = new Float32Array(view.buffer, 44);
  all.forEach((channel, index) => channel.forEach((sample, at) => (samples[at * all.length + index] = sample)));
  return new Blob([view.buffer], { type: "audio/wav" });
}
