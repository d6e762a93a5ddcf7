// Before self-play runs: what it is to look for, and how.

import { html, useEffect, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { go } from "../router.js";
import { jobs, keep, status } from "../store.js";
import { ago } from "../words.js";
import { GOES_ON } from "./steering.js";
import { missing, Weights } from "./weights.js";

const MANY = [100, 400, 2000];

export function Start({ base: first }) {
  const [options, setOptions] = useState(null);
  const [objective, setObjective] = useState({ novel: 0.5, golden: 0, liked: 0.5 });
  const [searcher, setSearcher] = useState("");
  const [instrument, setInstrument] = useState("");
  const [base, setBase] = useState(first ?? "");
  const [renders, setRenders] = useState(400);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    attempt(api.get("/play/options")).then((found) => {
      if (!found) return;
      setOptions(found);
      setSearcher(found.searchers[0]?.name ?? "");
      if (!missing(found).golden) setObjective({ novel: 0.4, golden: 0.2, liked: 0.4 });
    });
  }, []);
  useEffect(() => void (status.value && setInstrument((one) => one || status.value.instrument)), [status.value]);
  const start = async (event) => {
    event.preventDefault();
    setBusy(true);
    const asked = { instrument, searcher, objective, renders, base: base === "" ? null : Number(base), seed: fresh() };
    const job = await attempt(api.post("/play", asked));
    setBusy(false);
    if (job) go("play", keep(job).id);
  };
  const about = options?.searchers.find((one) => one.name === searcher)?.summary;
  const nothing = !Object.values(objective).some(Boolean);
  return html`<div class="starting-play">
    <header><h1>Let it play</h1>
      <p class="quiet">It turns the knobs by itself and keeps what is worth hearing. You say yes or no; it learns what you like.</p></header>
    <form class="panel" onSubmit=${start}>
      <fieldset><legend>What is good</legend>
        <${Weights} objective=${objective} change=${setObjective} without=${missing(options)} />
      </fieldset>
      <div class="fields">
        <label class="field">Instrument
          <select value=${instrument} onChange=${(event) => setInstrument(event.target.value)}>
            ${(options?.instruments ?? []).map((name) => html`<option key=${name} value=${name}>${name}</option>`)}</select></label>
        <label class="field">Who chooses
          <select value=${searcher} aria-describedby="about-searcher" onChange=${(event) => setSearcher(event.target.value)}>
            ${(options?.searchers ?? []).map(({ name }) => html`<option key=${name} value=${name}>${name}</option>`)}</select></label>
        <label class="field">Begin with take
          <input type="number" min="1" step="1" placeholder="any" value=${base} onInput=${(event) => setBase(event.target.value)} /></label>
        <p class="quiet small" id="about-searcher">${about}</p>
      </div>
      <div class="row">
        <fieldset class="choice"><legend class="unseen">How many renders</legend>
          ${MANY.map(
            (many) => html`<label key=${many}><input type="radio" name="renders" checked=${renders === many} onChange=${() => setRenders(many)} />
              ${many.toLocaleString()} renders</label>`,
          )}
        </fieldset>
        <button class="button main" disabled=${isBusy || !searcher || !instrument || nothing}>Start playing</button>
      </div>
    </form>
    <${Earlier} />
  </div>`;
}

// Another run each time that nobody says otherwise; it is told, so the run can be had again.
const fresh = () => Math.floor(Math.random() * 2 ** 31);

const far = ({ progress, request }) => `${(progress.done ?? 0).toLocaleString()} of ${(progress.total ?? request.renders).toLocaleString()}`;

function Earlier() {
  const all = [...jobs.value.values()].filter((job) => job.kind === "play").sort((a, b) => (a.id < b.id ? 1 : -1));
  if (!all.length) return null;
  const resume = async (id) => {
    const job = await attempt(api.post(`/jobs/${id}/resume`));
    if (job) go("play", keep(job).id);
  };
  return html`<section class="earlier" aria-label="Earlier"><h2>Earlier</h2>
    <ul>${all.slice(0, 8).map(
      (job) => html`<li key=${job.id}>
        <a href=${`#/play/${job.id}`}>${job.request.searcher}, ${ago(job.created)}</a>
        <span class="quiet small number">${far(job)} renders · ${job.state}</span>
        ${GOES_ON.has(job.state) && html`<button class="button" onClick=${() => resume(job.id)}>Go on</button>`}
      </li>`,
    )}</ul></section>`;
}
