// A keyboard of piano keys: played with the pointer (lower on a key is louder) and with the computer's keys, where the
// row A S D F … is the white keys and the row above it the black ones, as in every music program.

import { html, names, useEffect, useState } from "../html.js";
import { useKeys } from "../keys.js";
import { note_name } from "../words.js";

const ROW = ["a", "w", "s", "e", "d", "f", "t", "g", "y", "h", "u", "j", "k", "o", "l", "p"];
const BLACK = new Set([1, 3, 6, 8, 10]);
const [LOWEST, HIGHEST] = [12, 96];
const OCTAVES = 3;

// note: the note that is played now; onPlay(note, velocity).
export function Strip({ note, velocity, onPlay }) {
  const [octave, shift] = useState(Math.min(72, Math.max(24, Math.floor(note / 12) * 12))); // of the key A
  const [down, press] = useState(null);
  const low = Math.min(HIGHEST - 12 * (OCTAVES - 1), Math.max(LOWEST, octave - 12));
  const play = (played, how) => {
    press(played);
    onPlay(played, how);
  };
  useEffect(() => {
    const release = () => press(null);
    addEventListener("pointerup", release);
    addEventListener("keyup", release);
    return () => {
      removeEventListener("pointerup", release);
      removeEventListener("keyup", release);
    };
  }, []);
  const move = (by) => () => shift(Math.min(HIGHEST - 12, Math.max(LOWEST, octave + by)));
  const typed = (index) => (event) => !event.repeat && play(Math.min(127, octave + index), velocity);
  useKeys([
    ...ROW.map((key, index) => [key, index ? "" : "Play notes: the rows A S D F … and W E T Y …", typed(index)]),
    ["z", "Octave down", move(-12)],
    ["x", "Octave up", move(12)],
  ]);
  const all = Array.from({ length: 12 * OCTAVES + 1 }, (_, index) => low + index);
  const struck = (played) => (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    play(played, Math.min(1, 0.25 + 0.8 * ((event.clientY - box.top) / box.height)));
  };
  return html`<div class="strip">
    <button class="button square ghost" aria-label="Octave down" onClick=${move(-12)}>−</button>
    <div class="piano" role="group" aria-label="Piano keys">${all.map(
      (played) => html`<button key=${played} tabindex="-1" aria-label=${note_name(played)} onPointerDown=${struck(played)}
        class=${names(BLACK.has(played % 12) ? "black" : "white", { down: down === played, current: note === played })}>
        <span aria-hidden="true">${played % 12 === 0 ? note_name(played) : ""}</span>
        ${ROW[played - octave] && html`<kbd aria-hidden="true">${ROW[played - octave].toUpperCase()}</kbd>`}
      </button>`,
    )}</div>
    <button class="button square ghost" aria-label="Octave up" onClick=${move(12)}>+</button>
  </div>`;
}
