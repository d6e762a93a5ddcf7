// An experiment's parameters as they are, and what becomes of them.

import { html } from "../html.js";
import { worded } from "./names.js";

const MOST_OPEN = 24; // more are shown when somebody asks

export function Knobs({ knobs }) {
  if (!knobs.length) return html`<p class="quiet">All that the instrument has.</p>`;
  const groups = Map.groupBy ? Map.groupBy(knobs, ({ group }) => group ?? "") : new Map([["", knobs]]);
  return html`<details class="standing" open=${knobs.length <= MOST_OPEN}>
    <summary>${knobs.length} parameters</summary>
    ${[...groups].map(
      ([group, some]) => html`<div key=${group}>
        ${group && html`<h3 class="quiet small">${worded(group)}</h3>`}
        <ul class="knobs">${some.map(
          ({ name, title, text, role }) => html`<li key=${name}>
            <span>${worded(title)}</span><span class="number">${text}</span><span class="quiet small">${role}</span>
          </li>`,
        )}</ul>
      </div>`,
    )}
  </details>`;
}
