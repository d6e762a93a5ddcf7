// Numbers and times as a person reads them.

const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

// "C4" for MIDI note 60.
export const note_name = (note) => `${NAMES[note % 12]}${Math.floor(note / 12) - 1}`;

// With a capital at its start; nothing is an empty text.
export const sentence = (text) => (text ? text.charAt(0).toUpperCase() + text.slice(1) : "");

export const fixed = (value, digits) => value.toFixed(digits).replace("-", "−");

export function seconds_text(seconds) {
  if (seconds >= 100) return `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")} min`;
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

export const lufs_text = (lufs) => (Number.isFinite(lufs) ? `${fixed(lufs, 1)} LUFS` : "silent");

// How long ago a time was. `time` is seconds since 1970, or what Date can read.
export function ago(time) {
  const then = typeof time === "number" ? time * 1000 : Date.parse(time);
  const minutes = Math.round((Date.now() - then) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.round(minutes / 60)} h ago`;
  return new Date(then).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}
