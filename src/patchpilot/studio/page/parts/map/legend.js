// What the colours of the map say, and which of them are looked at.

import { html } from "../html.js";
import { Icon } from "../icons.js";
import { BY } from "./colours.js";

// `hidden`: rows that are not looked at; `choose(row)` chooses the takes of a row; children: what else is said there.
export function Legend({ by, setBy, legend, hidden, setHidden, choose, children }) {
  const flip = (row) => {
    const next = new Set(hidden);
    if (!next.delete(row)) next.add(row);
    setHidden(next);
  };
  return html`<details class="legend panel" open=${innerWidth > 1100}>
    <summary>Layout and colours</summary>
    ${children}
    <fieldset class="choice"><legend class="unseen">Colour by</legend>
      ${BY.map(
        ([one, title]) => html`<label key=${one}>
          <input type="radio" name="map-by" checked=${one === by} onChange=${() => setBy(one)} />${title}
        </label>`,
      )}
    </fieldset>
    <ul>
      ${legend.map(
        ({ word, colour, count }, row) =>
          count > 0 &&
          html`<li key=${word}>
            <button class="row" aria-pressed=${String(!hidden.has(row))} onClick=${() => flip(row)}
              title=${hidden.has(row) ? "Look at these again" : "Do not look at these"}>
              <span class="dot" style=${{ background: colour }}></span>
              <span class="word">${word}</span><span class="number quiet">${count.toLocaleString()}</span>
            </button>
            <button class="all" aria-label=${`Choose the ${count} takes of “${word}”`} title="Choose them" onClick=${() => choose(row)}>
              <${Icon} name="plus" size=${18} /></button>
          </li>`,
      )}
    </ul>
  </details>`;
}
