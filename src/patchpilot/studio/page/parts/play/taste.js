// What self-play thinks that somebody likes: words, and takes that it would bet on.

import { html, useEffect, useState } from "../html.js";
import { api } from "../api.js";
import { Icon } from "../icons.js";

const LATER_MS = 900; // after a vote: it has to think

// Read again when `votes` changes; null until it is known.
export function useTaste(id, votes) {
  const [taste, set] = useState(null);
  useEffect(() => {
    let here = true;
    const read = () => api.get(`/play/${id}/taste`).then((found) => here && set(found), () => {});
    const timer = setTimeout(read, taste ? LATER_MS : 0);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [id, votes]);
  return taste;
}

export function Taste({ taste, hear }) {
  if (!taste) return null;
  const examples = [["It bets that you like", taste.liked], ["… and that you do not", taste.disliked]];
  return html`<section class="taste" aria-label="What it thinks you like">
    <h2>What it thinks you like</h2>
    <p class=${taste.words.length ? "" : "quiet"}>${taste.sentence}</p>
    <ul class="bars">${taste.words.slice(0, 6).map(
      ({ word, strength, sure }) => html`<li key=${word}>
        <span>${word}</span>
        <span class="bar" aria-hidden="true"><span style=${{ transform: `scaleX(${Math.min(1, Math.abs(strength))})` }}></span></span>
        <span class="number small quiet">${Math.round(100 * sure)} % sure</span>
      </li>`,
    )}</ul>
    ${examples.map(
      ([title, numbers]) => numbers?.length > 0 && html`<h3 class="quiet small">${title}</h3>
        <p class="examples">${numbers.slice(0, 4).map(
          (number) => html`<button class="button" key=${number} aria-label="Hear take ${number}" onClick=${() => hear(number)}>
            <${Icon} name="start" size=${16} />${number}</button>`,
        )}</p>`,
    )}
    <p class="quiet small number">${taste.votes.toLocaleString()} votes</p>
  </section>`;
}
