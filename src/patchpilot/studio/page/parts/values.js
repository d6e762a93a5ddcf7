// A parameter's values: as patches hold them ("stored"), as the instrument shows them, and from 0 to 1.
// The server says of each parameter how what is shown follows from what is stored: curve(stored) * multiply + offset.

import { fixed } from "./words.js";

const CURVES = {
  quadratic: [(value) => value ** 2, Math.sqrt],
  quartic: [(value) => value ** 4, (shown) => shown ** 0.25],
  square_root: [Math.sqrt, (shown) => shown ** 2],
  exponential: [(value) => 2 ** value, Math.log2],
};
const AS_IT_IS = [(value) => value, (value) => value];
const SCALES = { ms: 0.001, khz: 1000, k: 1000 };

export const is_stepped = (parameter) => parameter.kind === "categorical";
export const is_switch = (parameter) => is_stepped(parameter) && parameter.options.length === 2 && parameter.maximum - parameter.minimum === 1;

const clipped = (parameter, value) => Math.min(parameter.maximum, Math.max(parameter.minimum, value));

export const norm = (parameter, value) => (clipped(parameter, value) - parameter.minimum) / (parameter.maximum - parameter.minimum);

export function from_norm(parameter, at) {
  const value = parameter.minimum + Math.min(1, Math.max(0, at)) * (parameter.maximum - parameter.minimum);
  return is_stepped(parameter) ? Math.round(value) : value;
}

export function shown(parameter, value) {
  const [curve] = CURVES[parameter.curve] ?? AS_IT_IS;
  return curve(value) * (parameter.multiply ?? 1) + (parameter.offset ?? 0);
}

// A stored value as a reader of the instrument's own panel knows it: an option's name, or a number with its unit.
export function text(parameter, value) {
  const option = is_stepped(parameter) && parameter.options[Math.round(value - parameter.minimum)];
  if (option) return option;
  let [number, unit] = [shown(parameter, value), parameter.unit];
  if (Math.abs(number) < 1e-5 * Math.abs(shown(parameter, parameter.maximum))) number = 0;
  if (unit === "s" && Math.abs(number) < 1) [number, unit] = [number * 1000, "ms"];
  if (unit === "Hz" && Math.abs(number) >= 1000) [number, unit] = [number / 1000, "kHz"];
  if (unit === "semitones") unit = "st";
  const digits = is_stepped(parameter) || Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2;
  const rounded = Number(number.toFixed(digits));
  return `${fixed(rounded, rounded % 1 === 0 ? 0 : digits)}${unit ? ` ${unit}` : ""}`;
}

// The stored value that is shown so, clipped to the range; NaN where there is none.
export function stored(parameter, seen) {
  const [, inverse] = CURVES[parameter.curve] ?? AS_IT_IS;
  return clipped(parameter, inverse((seen - (parameter.offset ?? 0)) / (parameter.multiply ?? 1)));
}

// The stored value that somebody typed, clipped to the range: "1.2 kHz", "350 ms", "-6"; null where it says nothing.
export function parsed(parameter, typed) {
  const word = typed.trim().toLowerCase();
  if (is_stepped(parameter)) {
    const index = parameter.options.findIndex((option) => option.toLowerCase().startsWith(word));
    if (word && index >= 0) return parameter.minimum + index;
  }
  const found = word.replace(",", ".").replace("−", "-").match(/^([+-]?\d*\.?\d+)\s*([a-z%]*)$/);
  if (!found) return null;
  const is_time_or_pitch = parameter.unit === "s" || parameter.unit === "Hz";
  const number = Number(found[1]) * (is_time_or_pitch ? SCALES[found[2]] ?? 1 : 1);
  const value = stored(parameter, number);
  if (!Number.isFinite(value)) return number <= shown(parameter, parameter.minimum) ? parameter.minimum : null;
  return is_stepped(parameter) ? Math.round(value) : value;
}
