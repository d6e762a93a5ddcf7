// Where tracks begin: one is dropped, or chosen among those that were heard before; and profiles are learned.

import { html, names, useEffect, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { Pick, useDrop } from "../drop.js";
import { at, go } from "../router.js";
import { jobs } from "../store.js";
import { ago } from "../words.js";
import { clock } from "./facts.js";
import { begin } from "./jobs.js";
import { Learn } from "./profiles.js";

const SHORTEST_S = 20; // what is shorter is a sound, unless it was listened to as a track

export function Start() {
  const [busy, set] = useState(false);
  const [sounds, setSounds] = useState([]);
  const load = () => attempt(api.get("/sounds")).then((found) => found && setSounds(found.sounds));
  useEffect(() => void load(), []);
  const take = async (file) => {
    set(true);
    const sound = await attempt(api.upload("/sounds", file));
    if (sound && (await attempt(begin("/track/analyze", { sound: sound.id })))) go("tracks", sound.id);
    set(false);
  };
  const over = useDrop(take);
  const heard = new Set([...jobs.value.values()].filter((job) => job.kind === "track_analyze").map((job) => job.request.sound));
  const tracks = sounds.filter((one) => heard.has(one.id) || one.seconds >= SHORTEST_S);
  return html`<div class="start">
    <section class=${names("drop-track", { over })} aria-labelledby="drop-title">
      <h1 id="drop-title">${busy ? "Bringing it in …" : over ? "Let go" : "Drop a track"}</h1>
      <p class="quiet">All of it: an export of yours, or a record. You get its bars and sections, a score, and what it lacks beside the tracks you love.</p>
      <${Pick} onSound=${take} main=${true} label="Choose a track" />
    </section>
    <div class="two">
      <section aria-labelledby="heard-title">
        <h2 id="heard-title">Tracks</h2>
        <ul class="tracks-list">${tracks.map((one) => html`<li key=${one.id}><a href=${at("tracks", one.id)}>
          <strong>${one.name}</strong><span class="quiet small number">${clock(one.seconds)} · ${ago(one.added)}</span></a></li>`)}</ul>
        ${tracks.length === 0 && html`<p class="quiet">None yet.</p>`}
      </section>
      <${Learn} tracks=${tracks} />
    </div>
  </div>`;
}
