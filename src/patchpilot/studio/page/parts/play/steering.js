// How far it is, and what it is to look for from now on.

import { html, useEffect, useRef, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { Icon } from "../icons.js";
import { isActive, keep } from "../store.js";
import { missing, Weights } from "./weights.js";

export const GOES_ON = new Set(["cancelled", "interrupted", "failed"]); // states from which a run can go on
export const isPaused = (job) => isActive(job) && job.progress.phase === "paused";

const STATES = {
  queued: "Waiting", running: "Playing", done: "Done", failed: "Failed", cancelled: "Stopped", interrupted: "Interrupted",
};
const QUIET_MS = 350; // a slider that is still being moved steers nothing

export function Steering({ job, options, pause }) {
  const asked = job.request;
  const [objective, setObjective] = useState(asked.objective);
  const [renders, setRenders] = useState(asked.renders);
  const waiting = useRef({ timer: 0, change: {} });
  const { best } = job.progress;
  const [done, total] = [job.progress.done ?? 0, job.progress.total ?? asked.renders];
  const isOn = isActive(job);
  useEffect(() => {
    const told = (now) => {
      setObjective(now.objective);
      setRenders(now.renders);
    };
    if (isOn) api.get(`/play/${job.id}`).then(told, () => {}); // it may have been steered before; where it just ended, it was not
    return () => clearTimeout(waiting.current.timer);
  }, []);
  const steer = (change) => {
    const now = waiting.current;
    clearTimeout(now.timer);
    now.change = { ...now.change, ...change };
    now.timer = setTimeout(() => {
      attempt(api.post(`/play/${job.id}/steer`, now.change));
      now.change = {};
    }, QUIET_MS);
  };
  const weigh = (next) => {
    setObjective(next);
    if (Object.values(next).some(Boolean)) steer(next);
  };
  const more = (event) => {
    setRenders(event.target.value);
    if (Number(event.target.value) > done) steer({ renders: Number(event.target.value) });
  };
  const end = (verb) => async () => {
    const now = await attempt(api.post(`/jobs/${job.id}/${verb}`));
    if (now) keep(now);
  };
  return html`<aside class="steering" aria-label="Steering">
    <div class="far">
      <div class="row"><strong role="status">${state(job)}</strong>
        <span class="number quiet">${done.toLocaleString()} of ${total.toLocaleString()}</span></div>
      <div class="progress"><span style=${{ transform: `scaleX(${total ? Math.min(1, done / total) : 0})` }}></span></div>
      <p class="quiet small number">${!Number.isFinite(best) ? "nothing scored yet" : `best score so far ${best.toFixed(2)}`}</p>
    </div>
    <div class="row">
      ${isOn
        ? html`<button class="button" onClick=${pause}>
              <${Icon} name=${isPaused(job) ? "start" : "pause"} />${isPaused(job) ? "Go on" : "Pause"}</button>
            <button class="button ghost" onClick=${end("cancel")}>Stop</button>`
        : html`${GOES_ON.has(job.state) && html`<button class="button main" onClick=${end("resume")}>Go on</button>`}
            <a class="button" href="#/play">Another</a>`}
    </div>
    ${job.error && html`<p class="alarm small">${job.error.message}</p>`}
    <${Weights} objective=${objective} change=${weigh} without=${missing(options)} disabled=${!isOn} />
    <label class="field">Renders
      <input type="number" min=${Math.max(1, done)} step="100" value=${renders} disabled=${!isOn} onChange=${more} /></label>
    <p class="quiet small">${asked.searcher}${asked.base ? `, from take ${asked.base}` : ""}, seed ${asked.seed}</p>
  </aside>`;
}

function state(job) {
  if (isPaused(job)) return "Paused";
  if (job.state === "running" && job.progress.phase === "opening") return "Opening";
  return STATES[job.state];
}
