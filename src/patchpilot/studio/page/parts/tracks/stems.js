// The stems of a track: files or a folder of them are brought, or sounds that are here are named. Comparing the track
// with a profile, and fixes, listen to them, too.

import { html, useEffect, useRef, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { SOUNDS } from "../drop.js";
import { useEvent } from "../events.js";
import { Icon } from "../icons.js";
import { Tool } from "../tool.js";
import { done } from "../undo.js";

const APART_S = 1; // a stem may be so much longer or shorter than its track
const ENDING = /\.(wav|flac|aiff?|mp3|ogg|opus|m4a)$/i;

const titled = (file) => file.replace(ENDING, "").slice(0, 60).trim() || "stem";
const fits = (one, track) => one.id !== track.id && Math.abs(one.seconds - track.seconds) <= APART_S;

export function Stems({ track }) {
  const [stems, set] = useState(null);
  const [sounds, setSounds] = useState([]);
  const [busy, tell] = useState("");
  const load = async () => {
    const [known, all] = await Promise.all([attempt(api.get(`/track/${track.id}/stems`)), attempt(api.get("/sounds"))]);
    if (known) set(known.stems);
    if (all) setSounds(all.sounds);
  };
  useEffect(() => void load(), [track.id]);
  useEvent("stems", (event) => event.sound === track.id && set(event.stems), [track.id]);
  const put = async (wanted, text) => {
    if (await attempt(api.post(`/track/${track.id}/stems`, { stems: wanted }))) done(text);
  };
  const bring = async (files) => {
    const found = {};
    for (const [index, file] of files.entries()) {
      tell(`Bringing ${file.name}, ${index + 1} of ${files.length}`);
      const sound = await attempt(api.upload("/sounds", file));
      if (sound) found[titled(file.name)] = sound.id;
    }
    tell("");
    const n = Object.keys(found).length;
    if (n) await put({ ...stems, ...found }, n === 1 ? "Added a stem" : `Added ${n} stems`);
    await load();
  };
  if (stems === null) return null;
  const named = Object.entries(stems);
  const used = new Set(named.map(([, sound]) => sound));
  const others = sounds.filter((one) => fits(one, track) && !used.has(one.id));
  const choose = (event) => {
    const one = sounds.find((sound) => sound.id === event.target.value);
    event.target.value = "";
    if (one) put({ ...stems, [titled(one.name)]: one.id }, "Added a stem");
  };
  const without = (name) => put(Object.fromEntries(named.filter(([other]) => other !== name)), `Took ${name} away`);
  return html`<section class="stems" aria-labelledby="stems-title">
    <h2 id="stems-title">Stems</h2>
    ${named.length === 0 && html`<span class="quiet">None: gaps and fixes are those of the whole mix.</span>`}
    <ul>${named.map(
      ([name]) => html`<li key=${name} class="tag">${name}<${Tool} small icon="no" label=${`Take the stem ${name} away`} onPress=${() => without(name)} /></li>`,
    )}</ul>
    <${Files} label="Add stems" onFiles=${bring} disabled=${busy !== ""} />
    <${Files} label="Add a folder" onFiles=${bring} disabled=${busy !== ""} folder=${true} />
    ${others.length > 0 &&
    html`<label class="field"><select aria-label="A sound that is here, as a stem" onChange=${choose}>
      <option value="">One that is here …</option>${others.map((one) => html`<option value=${one.id}>${one.name}</option>`)}
    </select></label>`}
    <span class="quiet small" role="status">${busy}</span>
  </section>`;
}

function Files({ label, onFiles, disabled, folder = false }) {
  const field = useRef(null);
  const picked = (event) => {
    const files = [...event.target.files].filter((file) => ENDING.test(file.name));
    event.target.value = "";
    if (files.length) onFiles(files);
  };
  const kind = folder ? { webkitdirectory: true } : { accept: SOUNDS };
  return html`<button class="button ghost" disabled=${disabled} onClick=${() => field.current.click()}><${Icon} name="sound" size=${18} />${label}</button>
    <input ref=${field} class="unseen" type="file" multiple tabindex="-1" aria-label=${label} ...${kind} onChange=${picked} />`;
}
