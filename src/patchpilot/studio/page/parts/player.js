// What the page plays: a deck of sounds that are compared with one another.
//
// Of a deck one sound is heard at a time. Changing to another keeps the place and is gapless: the new one is started
// at the same sample and both are crossfaded for a few milliseconds. At equal loudness, all sounds of a deck are played
// at one level: each gets the gain from its own loudness (`lufs`, as the server measured it) to the loudest level
// that none of them clips at.
//
//   open("match-17", [{ key: "0", label: "Target", url: "/sounds/…/audio", lufs: -14.2 }, …]);
//   select("1"); toggle(); seek(0.4);

import { batch, computed, effect, signal } from "./html.js";
import { audio, channels, peak_db, sound } from "./sounds.js";
import { attempt } from "./api.js";

const FADE_S = 0.008;
const AHEAD_S = 0.02; // what a change needs to be scheduled at an exact sample
const LEVEL_LUFS = -14; // the level of a deck that names none
const CEILING_DB = -1;
const BOTH_SIDES_LU = 3.01;
const PADDED_S = 60; // longer decks are not filled up to one length

// name; entries: [{ key, label, url, lufs, buffer | undefined }]; anchor: key of the one that is played as loud as it is;
// level: in LUFS, how loud all of them are, unless one would clip
export const deck = signal({ name: null, entries: [], anchor: null, level: LEVEL_LUFS });
export const current = signal(null); // key of what is heard
export const playing = signal(false);
export const equal = signal(true); // whether all are played equally loud
export const loop = signal(true);
export const volume = signal(0.8); // 0..1
export const duration = computed(() => Math.max(0, ...deck.value.entries.map((one) => one.buffer?.duration ?? 0)));
export const heard = computed(() => deck.value.entries.find((one) => one.key === current.value));

let began = 0; // when the deck's second 0 was or would have been, in the context's seconds
let rest = 0; // where to go on, while nothing plays
let voice = null; // { source, gain, key } of what is heard
let once = false; // whether what plays ends at its end, loop or not
let master = null;
let meter = null;

// How loud a sound is on two loudspeakers: one channel goes to both.
const on_two = (one) => one.lufs + (one.buffer.numberOfChannels === 1 ? BOTH_SIDES_LU : 0);

// The gain of each sound in dB, by key.
export const gains_db = computed(() => {
  const known = deck.value.entries.filter((one) => one.buffer && Number.isFinite(one.lufs));
  const anchor = known.find((one) => one.key === deck.value.anchor);
  const level = anchor ? on_two(anchor) : Math.min(deck.value.level, ...known.map((one) => on_two(one) - peak_db(one.buffer) + CEILING_DB));
  return Object.fromEntries(known.map((one) => [one.key, equal.value ? level - on_two(one) : 0]));
});

const gain = (key) => 10 ** ((gains_db.value[key] ?? 0) / 20);

function output() {
  if (!master) {
    master = new GainNode(audio());
    meter = new AnalyserNode(audio(), { fftSize: 4096, smoothingTimeConstant: 0.75 });
    master.connect(meter).connect(audio().destination);
    effect(() => master.gain.setTargetAtTime(volume.value ** 2, audio().currentTime, 0.02));
  }
  return master;
}

// What measures all that is heard (an AnalyserNode), for pictures of it.
export function analyser() {
  output();
  return meter;
}

// Opens a deck. Sounds that the deck of this name held before stay as they are; another deck's playing ends.
export function open(name, entries, { select: key = null, anchor = null, level = LEVEL_LUFS } = {}) {
  const before = deck.value.name === name ? deck.value.entries : [];
  if (deck.value.name !== name) stop();
  const merged = entries.map((one) => {
    const old = before.find((other) => other.key === one.key && other.url === one.url);
    return { ...one, buffer: one.buffer ?? old?.buffer };
  });
  batch(() => {
    deck.value = { name, entries: merged, anchor, level };
    if (key !== null) current.value = key;
    if (!merged.some((one) => one.key === current.value)) current.value = merged[0]?.key ?? null;
  });
  if (voice && voice.entry !== heard.value?.buffer) cross();
  for (const one of merged) if (!one.buffer && one.url) attempt(fill(name, one));
}

async function fill(name, one) {
  const buffer = await sound(one.url);
  set(name, one.key, one.url, { buffer });
}

function set(name, key, url, changes) {
  if (deck.value.name !== name) return;
  const entries = deck.value.entries.map((one) => (one.key === key && one.url === url ? { ...one, ...changes } : one));
  deck.value = { ...deck.value, entries };
}

// Another sound in the place of one: heard at once and without a click where it plays. It counts as `seconds` long.
export function swap(key, given, lufs, seconds = given.duration) {
  const at = position();
  const buffer = filled(given, seconds);
  deck.value = {
    ...deck.value,
    entries: deck.value.entries.map((one) => (one.key === key ? { ...one, buffer, lufs } : one)),
  };
  if (playing.value && current.value === key) {
    began = audio().currentTime - at;
    cross();
  }
}

// Closes a deck, where it is the one that is open.
export function close(name) {
  if (deck.value.name !== name) return;
  stop();
  deck.value = { name: null, entries: [], anchor: null, level: LEVEL_LUFS };
}

// Where in the deck the player is, in seconds.
export function position() {
  if (!playing.value) return rest;
  const at = audio().currentTime - began;
  return loops() && duration.value ? Math.max(0, at) % duration.value : Math.max(0, at);
}

const loops = () => loop.value && !once;

export function select(key) {
  if (!deck.value.entries.some((one) => one.key === key)) return;
  current.value = key;
  if (playing.value) cross();
}

// Plays from where it rests, or from `from` seconds; `key` selects what; `once`: without the loop.
export async function play({ key = current.value, from = rest, once: only_once = false } = {}) {
  const one = deck.value.entries.find((other) => other.key === key);
  if (!one) return;
  const { name } = deck.value;
  current.value = key;
  const [buffer] = await Promise.all([one.buffer ?? attempt(sound(one.url)), audio().resume()]);
  if (!buffer || deck.value.name !== name || current.value !== key) return;
  if (!one.buffer) set(name, key, one.url, { buffer });
  end(voice);
  once = only_once;
  began = audio().currentTime + AHEAD_S - Math.min(from, Math.max(0, duration.value - 0.01));
  playing.value = true;
  voice = sing(key, audio().currentTime + AHEAD_S);
}

export function stop({ rewind = true } = {}) {
  rest = rewind ? 0 : position();
  end(voice);
  voice = null;
  playing.value = false;
}

export const toggle = () => (playing.value ? stop({ rewind: false }) : play());

// A sound of the deck in the place of the one that plays, or from its beginning where nothing does.
export const listen = (key) => (playing.value ? select(key) : play({ key, from: 0 }));

export function seek(seconds) {
  rest = Math.max(0, seconds);
  if (playing.value) play({ from: rest });
}

// Starts one sound of the deck at the deck's place at `when`, faded in.
function sing(key, when) {
  const one = deck.value.entries.find((other) => other.key === key);
  if (!one?.buffer) return null;
  const buffer = filled(one.buffer, duration.value);
  const source = new AudioBufferSourceNode(audio(), { buffer, loop: loops() });
  const node = new GainNode(audio(), { gain: 0 });
  source.connect(node).connect(output());
  const offset = loops() ? (when - began) % buffer.duration : when - began;
  node.gain.setValueAtTime(0, when);
  node.gain.linearRampToValueAtTime(gain(key), when + FADE_S);
  source.start(when, Math.max(0, offset));
  const made = { key, source, node, entry: one.buffer, level: gain(key), full_at: when + FADE_S };
  source.onended = () => voice === made && stop();
  return made;
}

function end(old, when = Math.max(audio().currentTime, old?.full_at ?? 0)) {
  if (!old) return;
  old.source.onended = null;
  old.node.gain.cancelScheduledValues(when);
  old.node.gain.setValueAtTime(old.level, when);
  old.node.gain.linearRampToValueAtTime(0, when + FADE_S);
  old.source.stop(when + FADE_S + 0.01);
}

// From what is heard to what is selected now, at the same place; not before what is heard has been faded in.
function cross() {
  const when = Math.max(audio().currentTime + AHEAD_S, voice?.full_at ?? 0);
  const next = sing(current.value, when);
  if (!next) return play({ key: current.value, from: position(), once });
  end(voice, when);
  voice = next;
  return undefined;
}

const filling = new WeakMap();

// A buffer with silence behind it up to `seconds`, so that all sounds of a deck come round together.
function filled(buffer, seconds) {
  if (seconds > PADDED_S || buffer.duration >= seconds - 1 / buffer.sampleRate) return buffer;
  const known = filling.get(buffer);
  if (known && Math.abs(known.duration - seconds) < 1 / buffer.sampleRate) return known;
  const made = new AudioBuffer({
    length: Math.round(seconds * buffer.sampleRate),
    numberOfChannels: buffer.numberOfChannels,
    sampleRate: buffer.sampleRate,
  });
  channels(buffer).forEach((samples, index) => made.copyToChannel(samples, index));
  filling.set(buffer, made);
  return made;
}

// What is heard follows its gain when that changes: another sound of the deck arrived, "equal loudness" was pressed.
effect(() => {
  const all = gains_db.value;
  if (!voice || !(voice.key in all) || gain(voice.key) === voice.level) return;
  const when = Math.max(audio().currentTime, voice.full_at);
  voice.node.gain.setValueAtTime(voice.level, when);
  voice.level = gain(voice.key);
  voice.full_at = when + FADE_S;
  voice.node.gain.linearRampToValueAtTime(voice.level, voice.full_at);
});
effect(() => {
  const wanted = loop.value;
  if (voice) voice.source.loop = wanted && !once;
});
