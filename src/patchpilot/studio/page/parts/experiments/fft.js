// The mean spectrum of a sound: how loud it is at frequencies that are spaced as ears space them.

import { channels } from "../sounds.js";

const SIZE = 4096;
const LOWEST_HZ = 30;
const HIGHEST_HZ = 18000;
const BANDS = 180;
const FLOOR_DB = -100;

export const RANGE_HZ = [LOWEST_HZ, HIGHEST_HZ];

// Answers [{ hz, db }, …] of an AudioBuffer: power in bands, all channels and all time together, 0 dB a full-scale sine.
export function spectrum(buffer) {
  const power = new Float64Array(SIZE / 2);
  const window = Float64Array.from({ length: SIZE }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / SIZE));
  const scale = (2 / window.reduce((a, b) => a + b)) ** 2;
  let frames = 0;
  for (const samples of channels(buffer)) {
    for (let start = 0; start === 0 || start + SIZE <= samples.length; start += SIZE / 2) {
      const real = Float64Array.from(window, (value, n) => value * (samples[start + n] ?? 0));
      const imaginary = new Float64Array(SIZE);
      transform(real, imaginary);
      for (let bin = 0; bin < SIZE / 2; bin += 1) power[bin] += scale * (real[bin] ** 2 + imaginary[bin] ** 2);
      frames += 1;
    }
  }
  const perBin = buffer.sampleRate / SIZE;
  const step = (HIGHEST_HZ / LOWEST_HZ) ** (1 / BANDS);
  return Array.from({ length: BANDS }, (_, band) => {
    const hz = LOWEST_HZ * step ** (band + 0.5);
    const [low, high] = [hz / step ** 0.5 / perBin, (hz * step ** 0.5) / perBin];
    let most = between(power, hz / perBin);
    for (let bin = Math.ceil(low); bin < Math.min(high, power.length); bin += 1) most = Math.max(most, power[bin]);
    return { hz, db: Math.max(FLOOR_DB, 10 * Math.log10(most / frames + 1e-12)) };
  });
}

// What is between two bins, for bands that are narrower.
function between(power, at) {
  const low = Math.min(Math.floor(at), power.length - 2);
  return power[low] + Math.min(1, at - low) * (power[low + 1] - power[low]);
}

// Discrete Fourier transform in place (Cooley and Tukey 1965), of a power of two.
function transform(real, imaginary) {
  const n = real.length;
  for (let i = 1, j = 0; i < n; i += 1) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [real[i], real[j]] = [real[j], real[i]]; // the imaginary part is 0 as yet
  }
  for (let half = 1; half < n; half *= 2) {
    for (let k = 0; k < half; k += 1) {
      const [cosine, sine] = [Math.cos((Math.PI * k) / half), -Math.sin((Math.PI * k) / half)];
      for (let a = k; a < n; a += 2 * half) {
        const b = a + half;
        const [re, im] = [real[b] * cosine - imaginary[b] * sine, real[b] * sine + imaginary[b] * cosine];
        [real[b], imaginary[b]] = [real[a] - re, imaginary[a] - im];
        [real[a], imaginary[a]] = [real[a] + re, imaginary[a] + im];
      }
    }
  }
}
