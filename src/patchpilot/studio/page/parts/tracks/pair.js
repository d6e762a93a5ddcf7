// Two sounds of a row, heard one against the other at one loudness: before and after, yours and theirs.

import { html, useEffect } from "../html.js";
import { api, attempt } from "../api.js";
import * as player from "../player.js";

// rows: each with the ids `${which}_sound` of its two sounds; whichs: their names; title: what a row is called.
// Answers hear(index, which), heard(index) — which of them is on the deck, or null — and flip(index).
export function usePairs(deck, rows, whichs, title) {
  useEffect(() => () => player.close(deck), [deck]);
  const entry = async (index, which) => {
    const sound = await api.get(`/sounds/${rows[index][`${which}_sound`]}`);
    return { key: `${index}-${which}`, label: `${title} ${index + 1}, ${which}`, url: `/sounds/${sound.id}/audio`, lufs: sound.lufs };
  };
  const hear = async (index, which) => {
    const both = await attempt(Promise.all(whichs.map((one) => entry(index, one))));
    if (!both) return;
    player.open(deck, both, { select: `${index}-${which}` });
    if (!player.playing.value) player.play({ key: `${index}-${which}`, from: 0 });
  };
  const heard = (index) => whichs.find((which) => player.deck.value.name === deck && player.current.value === `${index}-${which}`) ?? null;
  const flip = (index) => rows?.[index]?.[`${whichs[0]}_sound`] && hear(index, heard(index) === whichs[0] ? whichs[1] : whichs[0]);
  return { hear, heard, flip };
}

// The two buttons of a row; texts: of each of the two, by its name.
export function Pair({ label, texts, heard, onHear }) {
  return html`<div class="pair" role="group" aria-label=${label}>${Object.entries(texts).map(
    ([which, text]) => html`<button class="button" aria-pressed=${String(heard === which)} onClick=${() => onHear(which)}>${text}</button>`,
  )}</div>`;
}
