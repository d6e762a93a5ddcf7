// Two searchers, refined or not, and how much each may do.

import { html } from "../html.js";
import { status } from "../store.js";

const SEARCHERS = [
  ["retrieval", "Retrieval"],
  ["retrieval+refinement", "Retrieval, refined"],
  ["drawn", "Drawn by chance"],
  ["drawn+refinement", "Drawn by chance, refined"],
  ["resynthesis", "Resynthesis"],
  ["resynthesis+refinement", "Resynthesis, refined"],
  ["subtractive", "Subtractive"],
  ["subtractive+refinement", "Subtractive, refined"],
  ["estimator", "Estimator"],
  ["estimator+refinement", "Estimator, refined"],
];

export function Ways({ value, onChange }) {
  const { searchers, renders } = value;
  const known = (status.value?.instruments ?? []).map((one) => (typeof one === "string" ? one : one.name));
  const set = (index) => (event) => onChange({ ...value, searchers: searchers.with(index, event.target.value) });
  return html`<div class="ways">
    ${searchers.map((way, index) => html`${index > 0 && html`<span class="quiet">against</span>`}
      <label class="field"><span class="unseen">Searcher ${index + 1}</span>
        <select onChange=${set(index)}>${SEARCHERS.map(([name, title]) => html`<option value=${name} selected=${name === way}>${title}</option>`)}</select>
      </label>`)}
    <label class="field">Renders of each
      <input type="number" min="20" max="100000" step="10" value=${renders} onChange=${(event) => onChange({ ...value, renders: Math.max(20, Math.round(Number(event.target.value)) || 300) })} />
    </label>
    ${known.length > 1 && html`<label class="field">With
      <select onChange=${(event) => onChange({ ...value, instrument: event.target.value })}>
        ${known.map((name) => html`<option value=${name} selected=${name === (value.instrument ?? status.value.instrument)}>${name}</option>`)}
      </select>
    </label>`}
  </div>`;
}
