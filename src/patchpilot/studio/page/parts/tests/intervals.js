// Numbers on one scale, each a dot with its interval.

import { html, names } from "../html.js";
import { fixed } from "../words.js";

// rows: [{ name, value | null, low, high | null, said, about, quiet }]; ticks: [[value, text]]; line: a value that is marked.
export function Intervals({ label, rows, low, high, ticks, line }) {
  const x = (value) => `${(100 * (Math.min(high, Math.max(low, value)) - low)) / (high - low)}%`;
  return html`<table class="intervals"><caption class="unseen">${label}</caption>
    <colgroup><col class="name" /><col /><col class="value" /><col class="about" /></colgroup>
    <thead class="unseen"><tr><th scope="col">What</th><th scope="col">Picture</th><th scope="col">Value</th><th scope="col">About</th></tr></thead>
    <tbody>
      ${rows.map((row) => html`<tr class=${names({ hidden: row.quiet })}>
        <th scope="row">${row.name}</th>
        <td class="scale">
          ${ticks.map(([at]) => html`<i class="tick" style=${{ left: x(at) }}></i>`)}
          ${line !== undefined && html`<i class="line" style=${{ left: x(line) }}></i>`}
          ${Number.isFinite(row.low) && html`<i class="span" style=${{ left: x(row.low), width: `calc(${x(row.high)} - ${x(row.low)})` }}></i>`}
          ${Number.isFinite(row.value) && html`<i class="dot" style=${{ left: x(row.value) }}></i>`}
          <span class="unseen">${Number.isFinite(row.low) ? `95 % from ${fixed(row.low, 2)} to ${fixed(row.high, 2)}` : "no interval"}</span>
        </td>
        <td class="number">${row.said}</td>
        <td class="quiet small number">${row.about}</td>
      </tr>`)}
      <tr aria-hidden="true"><th></th><td class="scale ends">${ticks.map(([at, text]) => html`<span class="quiet small number" style=${{ left: x(at) }}>${text}</span>`)}</td><td></td><td></td></tr>
    </tbody>
  </table>`;
}
