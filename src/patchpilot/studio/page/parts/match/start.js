// Where a match begins: a sound, how much work it may be, and the matches of before.

import { html, names, signal, useEffect, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { Pick, useDrop } from "../drop.js";
import { Record } from "../record.js";
import { at, go } from "../router.js";
import { isActive, jobs, keep, status } from "../store.js";
import { toast } from "../toasts.js";
import { ago, fixed, note_name, seconds_text } from "../words.js";

const EFFORTS = [
  ["quick", "Quick", "seconds"],
  ["default", "Default", "half a minute"],
  ["thorough", "Thorough", "minutes"],
];
const NOTES = Array.from({ length: 85 }, (_, index) => index + 24);
const TOPS = [1, 3, 5, 8];
const KEPT = "patchpilot-match";

// What the next match is asked with; the browser keeps it.
const wishes = signal({ effort: "default", top: 5, note: null, instrument: null, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") });

function wish(changes) {
  wishes.value = { ...wishes.value, ...changes };
  localStorage.setItem(KEPT, JSON.stringify({ ...wishes.value, note: null }));
}

// Uploads a sound and begins a match with it.
export async function begin(file) {
  const most = status.value?.limits?.upload_bytes ?? Infinity;
  if (file.size > most) {
    toast(`${file.name} is too large: at most ${Math.round(most / 1e6)} MB. A few seconds of it are enough.`, { kind: "error" });
    return;
  }
  const sound = await attempt(api.upload("/sounds", file));
  if (sound) await match({ sound: sound.id });
}

// Begins a match: `request` over what is wished for.
export async function match(request) {
  const { instrument, ...rest } = wishes.value;
  const job = await attempt(api.post("/match", { ...rest, ...(instrument ? { instrument } : {}), ...request }));
  if (job) go("match", keep(job).id);
}

export function Start() {
  const [busy, set] = useState(false);
  const take = async (file) => {
    set(true);
    await begin(file);
    set(false);
  };
  const over = useDrop(take);
  return html`<div class="start">
    <section class=${names("drop", { over })} aria-labelledby="drop-title">
      <h1 id="drop-title">${busy ? "Listening …" : over ? "Let go" : "Drop a sound"}</h1>
      <p class="quiet">One note or one hit of anything. You get patches that sound like it.</p>
      <div class="row">
        <${Pick} onSound=${take} main=${true} />
        <${Record} onSound=${take} />
      </div>
      <${Wishes} />
    </section>
    <${History} />
  </div>`;
}

function Wishes() {
  const { effort, top, note, instrument } = wishes.value;
  const known = status.value?.instruments ?? [];
  const all = known.map((one) => (typeof one === "string" ? one : one.name));
  return html`<div class="wishes">
    <fieldset class="choice"><legend class="unseen">How much work</legend>
      ${EFFORTS.map(
        ([name, label, time]) => html`<label title=${time}>
          <input type="radio" name="effort" checked=${effort === name} onChange=${() => wish({ effort: name })} />${label}
        </label>`,
      )}
    </fieldset>
    <label class="field">Answers
      <select value=${top} onChange=${(event) => wish({ top: Number(event.target.value) })}>
        ${TOPS.map((n) => html`<option value=${n} selected=${n === top}>${n}</option>`)}
      </select>
    </label>
    <label class="field">Note
      <select onChange=${(event) => wish({ note: event.target.value === "" ? null : Number(event.target.value) })}>
        <option value="" selected=${note === null}>as heard</option>
        ${NOTES.map((n) => html`<option value=${n} selected=${n === note}>${note_name(n)}</option>`)}
      </select>
    </label>
    ${all.length > 1 &&
    html`<label class="field">With
      <select onChange=${(event) => wish({ instrument: event.target.value })}>
        ${all.map((name) => html`<option value=${name} selected=${name === (instrument ?? status.value.instrument)}>${name}</option>`)}
      </select>
    </label>`}
  </div>`;
}

const sounds = new Map();

// The name of a sound of the workspace, asked once.
export function sound_of(id) {
  if (!sounds.has(id)) sounds.set(id, api.get(`/sounds/${id}`).catch(() => ({ name: "a sound", seconds: 0 })));
  return sounds.get(id);
}

function History() {
  const all = [...jobs.value.values()].filter((job) => job.kind === "match");
  const newest = all.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, 24);
  if (!newest.length) return null;
  return html`<section class="history" aria-labelledby="history-title">
    <h2 id="history-title">Earlier matches</h2>
    <ul>${newest.map((job) => html`<${Earlier} key=${job.id} job=${job} />`)}</ul>
  </section>`;
}

function Earlier({ job }) {
  const [sound, set] = useState(null);
  useEffect(() => void sound_of(job.request.sound).then(set), [job.request.sound]);
  const best = job.progress?.best;
  const closest = Number.isFinite(best) ? `closest ${fixed(best, 2)}` : "done";
  const said = isActive(job) ? "running" : job.state === "done" ? closest : job.state;
  return html`<li><a href=${at("match", job.id)}>
    <strong>${sound?.name ?? "…"}</strong>
    <span class="quiet">${said}</span>
    <span class="quiet small number">${sound?.seconds ? `${seconds_text(sound.seconds)} · ` : ""}${ago(job.created)}</span>
  </a></li>`;
}
