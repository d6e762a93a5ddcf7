// Profiles: what the tracks that somebody loves have in common; chosen, and learned from tracks that were brought.

import { html, useEffect, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { isActive, jobs } from "../store.js";
import { clock } from "./facts.js";
import { begin, Working } from "./jobs.js";

const learning = () => [...jobs.value.values()].filter((job) => job.kind === "track_profile").sort((a, b) => (a.id < b.id ? 1 : -1));

// Names of the profiles that are here; read again whenever one was learned.
export function useProfiles() {
  const [all, set] = useState(null);
  const done = learning().filter((job) => job.state === "done").length;
  useEffect(() => void attempt(api.get("/track/profiles")).then((found) => found && set(found.profiles)), [done]);
  return all;
}

export function ProfileChoice({ value, onChange }) {
  const all = useProfiles();
  useEffect(() => void (all?.length && !all.includes(value) && onChange(all[0])), [all]);
  if (all?.length === 0) return html`<p>There is no profile yet. <a href="#/tracks">Learn one</a> from tracks that you love.</p>`;
  return html`<label class="field">Beside
    <select value=${value} onChange=${(event) => onChange(event.target.value)}>${all?.map((name) => html`<option value=${name} selected=${name === value}>${name}</option>`)}</select>
  </label>`;
}

export function Learn({ tracks }) {
  const [name, setName] = useState("");
  const [chosen, choose] = useState([]);
  const all = useProfiles();
  const [job] = learning();
  const flip = (id) => choose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const learn = async () => {
    if (!(await attempt(begin("/track/profile", { name: name.trim(), sounds: chosen })))) return;
    setName("");
    choose([]);
  };
  const isBad = name && !/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}$/.test(name.trim());
  return html`<section class="learn panel" aria-labelledby="learn-title">
    <h2 id="learn-title">Your taste</h2>
    <p class="quiet">A profile is what tracks that you love have in common. Twelve or more make a good one; one works, too.</p>
    ${all?.length > 0 && html`<p>${all.map((one) => html`<span class="tag">${one}</span> `)}</p>`}
    ${tracks.length > 0 && html`<ul class="checks">${tracks.map((one) => html`<li key=${one.id}><label class="check">
      <input type="checkbox" checked=${chosen.includes(one.id)} onChange=${() => flip(one.id)} /><span>${one.name} <span class="quiet small number">${clock(one.seconds)}</span></span></label></li>`)}</ul>`}
    <div class="row">
      <input class="text" aria-label="Name of the profile" placeholder="Name of the profile" maxlength="64" value=${name} onInput=${(event) => setName(event.target.value)} />
      <button class="button" disabled=${!chosen.length || !name.trim() || isBad} onClick=${learn}>Learn it</button>
    </div>
    ${isBad && html`<p class="quiet small" role="status">Letters, digits, spaces and . _ - please.</p>`}
    ${job && isActive(job) && html`<${Working} job=${job} text=${`Learning ${job.request.name}`} />`}
    ${job?.error && html`<p class="quiet" role="status">${job.error.message}</p>`}
  </section>`;
}
