// What came out: sentences, and numbers with their intervals drawn.

import { html } from "../html.js";
import { Icon } from "../icons.js";
import { fixed } from "../words.js";
import { Intervals } from "./intervals.js";

const HIDDEN = new Set(["reference", "low anchor", "mid anchor"]);
const percent = (value) => `${fixed(100 * value, 0)} %`;

export function Results({ results, onSave }) {
  const each = [...new Set([...results.ratings, ...results.duels].map((one) => one.trial).filter(Boolean))];
  return html`<section class="results" aria-labelledby="results-title">
    <div class="row">
      <h2 id="results-title">What came out</h2>
      <button class="button ghost" onClick=${onSave}><${Icon} name="download" />Save the table</button>
    </div>
    <ul class="conclusions">${results.conclusions.map((one) => html`<li>${one}</li>`)}</ul>
    <${Tables} results=${results} trial="" />
    ${results.strengths.length > 0 && html`<${Strengths} strengths=${results.strengths} />`}
    ${each.length > 1 && html`<details><summary>Trial by trial</summary>
      ${each.map((trial) => html`<h3>${trial}</h3><${Tables} results=${results} trial=${trial} />`)}
    </details>`}
  </section>`;
}

function Tables({ results, trial }) {
  const ratings = results.ratings.filter((one) => one.trial === trial);
  const duels = results.duels.filter((one) => one.trial === trial);
  return html`
    ${ratings.length > 0 && html`<${Intervals} label="Mean ratings with 95 % intervals" low=${0} high=${100} ticks=${[0, 20, 40, 60, 80, 100].map((at) => [at, String(at)])}
      rows=${ratings.map((one) => ({ name: one.condition, quiet: HIDDEN.has(one.condition), ...one.mean, said: fixed(one.mean.value, 1), about: `median ${fixed(one.median, 1)}, ${one.n} listeners` }))} />`}
    ${duels.length > 0 && html`<${Intervals} label="Share of votes with 95 % intervals" low=${0} high=${1} line=${0.5} ticks=${[0, 0.25, 0.5, 0.75, 1].map((at) => [at, percent(at)])}
      rows=${duels.map(duel)} />`}`;
}

// A pair, told from the side of the one that won.
function duel(one) {
  const turned = one.losses > one.wins;
  const [name, other] = turned ? [one.against, one.condition] : [one.condition, one.against];
  const [wins, losses] = turned ? [one.losses, one.wins] : [one.wins, one.losses];
  const share = one.share && (turned ? { value: 1 - one.share.value, low: 1 - one.share.high, high: 1 - one.share.low } : one.share);
  const none = one.undecided ? `, ${one.undecided} no difference` : "";
  return { name: `${name} over ${other}`, ...(share ?? { value: null }), said: share ? percent(share.value) : "–", about: `${wins} to ${losses}${none}, p = ${p(one.p)}` };
}

const p = (value) => (value < 0.001 ? "< 0.001" : fixed(value, 3));

function Strengths({ strengths }) {
  const ends = strengths.flatMap(({ strength }) => [strength.low, strength.high]);
  const most = Math.max(1, Math.ceil(Math.max(...ends.map(Math.abs))));
  return html`<h3>In one order (Bradley–Terry)</h3>
    <${Intervals} label="Strengths with 95 % intervals" low=${-most} high=${most} line=${0} ticks=${[-most, 0, most].map((at) => [at, fixed(at, 0)])}
      rows=${strengths.map(({ condition, strength }) => ({ name: condition, ...strength, said: fixed(strength.value, 2), about: "" }))} />`;
}
