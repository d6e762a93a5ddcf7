// A track's numbers as a person reads them.

import { fixed } from "../words.js";

export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// "138.00 BPM · E minor · −10.2 LUFS · peak 2.9 dBTP · 5:09"
export function facts(track) {
  const { integrated_lufs: lufs, true_peak_db: peak } = track.loudness;
  return [
    track.tempo_bpm === null ? "no steady beat" : `${fixed(track.tempo_bpm, 2)} BPM`,
    track.key ?? "no key",
    lufs === null ? "too quiet for a loudness" : `${fixed(lufs, 1)} LUFS`,
    `peak ${fixed(peak, 1)} dBTP`,
    clock(track.duration_s),
    ...track.flags,
  ].join(" · ");
}

// Seconds of a bar; null where the track has none.
export const bar_s = (track) => (track.tempo_bpm ? (60 * (track.beats_per_bar ?? 4)) / track.tempo_bpm : null);

// The bar that a time lies in, from 1; null where the track has none.
export function bar_of(track, seconds) {
  const length = bar_s(track);
  return length === null ? null : Math.max(1, Math.floor((seconds - track.first_downbeat_s) / length + 1.001));
}
