// The takes of the map as lists, for whom the picture is not enough: those that are chosen, and a lineage.

import { html, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { Icon } from "../icons.js";
import { forget } from "../said.js";
import { toast } from "../toasts.js";

const MOST_SHOWN = 200;
const MOST_TAGGED = 500;

// `numbers` of the takes that are chosen; `words(number)` says what is known of one.
export function Chosen({ numbers, words, hear, focus, drop, clear, frame }) {
  const [tag, setTag] = useState("");
  const [isBusy, setBusy] = useState(false);
  const give = async (event) => {
    event.preventDefault();
    setBusy(true);
    await attempt(tagged(numbers.slice(0, MOST_TAGGED), tag.trim()));
    setBusy(false);
    setTag("");
  };
  return html`<section class="chosen" aria-label="Chosen takes">
    <div class="head">
      <h2>${numbers.length ? `${numbers.length.toLocaleString()} chosen` : "Nothing chosen"}</h2>
      ${numbers.length > 0 &&
      html`<button class="button ghost" onClick=${frame}>Look at them</button>
        <button class="button ghost" onClick=${clear}>Clear</button>`}
    </div>
    ${numbers.length === 0
      ? html`<p class="quiet small">Choose takes by a click, a ring (hold Shift and draw), a row of the legend, or a search.</p>`
      : html`<form onSubmit=${give}>
            <input class="text" aria-label="Tag for the chosen takes" placeholder="A tag for them" value=${tag} maxlength="100"
              onInput=${(event) => setTag(event.target.value)} />
            <button class="button" disabled=${!tag.trim() || isBusy}>Tag</button>
          </form>
          <ul class="takes">
            ${numbers.slice(0, MOST_SHOWN).map(
              (number) => html`<li key=${number}>
                <button class="line" onClick=${() => focus(number)}>${words(number)}</button>
                <${Hear} number=${number} hear=${hear} />
                <button class="small-icon" aria-label="Drop take ${number}" onClick=${() => drop(number)}>
                  <${Icon} name="no" size=${18} /></button>
              </li>`,
            )}
          </ul>
          ${numbers.length > MOST_SHOWN && html`<p class="quiet small">and ${(numbers.length - MOST_SHOWN).toLocaleString()} more</p>`}`}
  </section>`;
}

function Hear({ number, hear }) {
  return html`<button class="small-icon" aria-label="Hear take ${number}" onClick=${() => hear(number)}>
    <${Icon} name="start" size=${18} /></button>`;
}

async function tagged(numbers, tag) {
  for (const number of numbers) {
    await api.post(`/takes/${number}/tag`, { add: [tag], remove: [] });
    forget(number);
  }
  toast(`Tagged ${numbers.length} takes “${tag}”`);
}

// What a take was made of and what was made of it, nearest first.
export function Lineage({ lineage, words, hear, focus }) {
  if (!lineage) return null;
  const trees = [["Made from", lineage.ancestors], ["Became", lineage.descendants]];
  return html`<section class="lineage" aria-label="Lineage of take ${lineage.number}">
    ${trees.map(
      ([title, tree]) => html`<h3>${title}</h3>
        ${tree.length === 0 && html`<p class="quiet small">nothing</p>`}
        <ul class="takes">
          ${tree.slice(0, MOST_SHOWN).map(
            (one, row) => html`<li key=${row} style=${{ paddingLeft: `${Math.min(one.depth - 1, 8) * 12}px` }}>
              ${one.number
                ? html`<button class="line" onClick=${() => focus(one.number)}>
                      ${words(one.number)}${one.is_repeated ? " (again)" : ""}
                    </button>
                    <${Hear} number=${one.number} hear=${hear} />`
                : html`<span class="line quiet">a take that is not in this bank</span>`}
            </li>`,
          )}
        </ul>`,
    )}
  </section>`;
}
