// All experiments: how they went, side by side.

import { html, useState } from "../html.js";
import { at } from "../router.js";
import { COLOURS, Curves } from "./charts.js";
import { titleOf } from "./names.js";

const COMPARED = 4; // at first
const STATES = { running: "running", paused: "paused", done: "done", interrupted: "interrupted", cancelled: "stopped", failed: "failed" };

const many = (count) => count.toLocaleString();

export function All({ experiments, resume, replay }) {
  const [compared, setCompared] = useState(() => experiments.slice(0, COMPARED).map(({ id }) => id));
  const flip = (id) => setCompared(compared.includes(id) ? compared.filter((one) => one !== id) : [...compared, id]);
  const colour = (id) => COLOURS[compared.indexOf(id) % COLOURS.length];
  const runs = compared.flatMap((id) => {
    const one = experiments.find((other) => other.id === id);
    return one ? [{ name: titleOf(one), colour: colour(id), curve: one.curve, isDashed: compared.indexOf(id) >= COLOURS.length }] : [];
  });
  return html`<div class="all">
    <header><h1>Experiments</h1><p class="quiet">Every run is kept with its seed: it can go on where it stopped, and be played again.</p></header>
    <section class="panel" aria-label="Curves"><${Curves} runs=${runs} height=${260} /></section>
    <table>
      <thead><tr><th><span class="unseen">Compare</span></th><th>Name</th><th class="instrument">Instrument</th><th>Who chooses</th><th class="number">Best</th>
        <th class="number">Renders</th><th class="number">Kept</th><th>State</th><th><span class="unseen">Do</span></th></tr></thead>
      <tbody>${experiments.map(
        (one) => html`<tr key=${one.id}>
          <td><label class="compare">
            <input type="checkbox" checked=${compared.includes(one.id)} aria-label=${`Compare ${titleOf(one)}`} onChange=${() => flip(one.id)} />
            <span class="swatch" style=${{ background: compared.includes(one.id) ? colour(one.id) : "transparent" }}></span></label></td>
          <td><a href=${at("experiments", one.id)}>${titleOf(one)}</a></td>
          <td class="quiet instrument">${one.instrument}</td><td class="quiet">${one.searcher}</td>
          <td class="number">${one.best === null ? "–" : one.best.toFixed(3)}</td>
          <td class="number renders">${one.budget ? many(one.renders) : "–"}<span class="quiet">${one.budget ? ` / ${many(one.budget)}` : ""}</span></td>
          <td class="number">${one.kept}</td><td class=${one.state === "failed" ? "alarm" : ""}>${STATES[one.state] ?? one.state}</td>
          <td class="do">${one.can_resume && html`<button class="button" onClick=${() => resume(one.id)}>Go on</button>`}
            ${one.can_replay && html`<button class="button ghost" onClick=${() => replay(one.id)}>Replay</button>`}</td>
        </tr>`,
      )}</tbody>
    </table>
  </div>`;
}

export function None() {
  return html`<div class="empty"><h1>No experiments yet</h1>
    <p>Whatever plays itself is an experiment: an instrument, who chooses, what is good, and a seed.</p>
    <p><a class="button main" href="#/play">Let it play</a></p>
    <p class="small">Or write one: <code>patchpilot studio EXPERIMENT.py</code> opens it here.</p>
  </div>`;
}
