// Takes and sounds to choose among, each heard before it is chosen.

import { html, useEffect, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { Pick } from "../drop.js";
import { Icon } from "../icons.js";
import * as player from "../player.js";
import { ago, seconds_text } from "../words.js";

const SHOWN = 40;
const DECK = "tests-pick";

// All sounds of the workspace, and a function that reads them again.
export function useSounds() {
  const [all, set] = useState([]);
  const load = () => attempt(api.get("/sounds")).then((found) => found && set(found.sounds));
  useEffect(() => {
    load();
    return () => player.close(DECK);
  }, []);
  return [all, load];
}

function hear(entry) {
  if (player.playing.value && player.current.value === entry.key) return player.stop();
  player.open(DECK, [entry], { select: entry.key });
  return player.play({ key: entry.key, from: 0 });
}

const toggled = (list, one) => (list.includes(one) ? list.filter((other) => other !== one) : [...list, one]);

export function TakePicker({ value, onChange }) {
  const [query, search] = useState("");
  const [takes, set] = useState([]);
  useEffect(() => {
    const soon = setTimeout(() => attempt(api.get(`/takes?limit=${SHOWN}&query=${encodeURIComponent(query)}`)).then((found) => found && set(found.takes)), query ? 250 : 0);
    return () => clearTimeout(soon);
  }, [query]);
  const elsewhere = value.filter((number) => !takes.some((one) => one.number === number));
  const shown = [...elsewhere.map((number) => ({ number })), ...takes];
  return html`<fieldset class="picker"><legend>Takes${value.length ? `: ${value.length} chosen` : ""}</legend>
    <input class="text" type="search" aria-label="Search takes" placeholder="Search the bank" value=${query} onInput=${(event) => search(event.target.value)} />
    <ul>${shown.map((one) => html`<${Row} key=${one.number} name=${`Take ${one.number}`} about=${about(one)} chosen=${value.includes(one.number)}
      onChoose=${() => onChange(toggled(value, one.number))}
      onHear=${() => hear({ key: `take-${one.number}`, label: `Take ${one.number}`, url: `/takes/${one.number}/audio`, lufs: one.lufs })} />`)}
    </ul>
    ${shown.length === 0 && html`<p class="quiet small">No takes ${query ? "of these words" : "in the bank yet"}.</p>`}
  </fieldset>`;
}

const about = (one) => [one.name, one.searcher, one.created && ago(one.created)].filter(Boolean).join(" · ");

export function SoundPicker({ title, all, reload, value, onChange }) {
  const add = async (file) => {
    const sound = await attempt(api.upload("/sounds", file));
    if (!sound) return;
    await reload();
    if (!value.includes(sound.id)) onChange([...value, sound.id]);
  };
  return html`<fieldset class="picker"><legend>${title}${value.length ? `: ${value.length} chosen` : ""}</legend>
    <${Pick} onSound=${add} label="Add a sound" />
    <ul>${all.map((one) => html`<${Row} key=${one.id} name=${one.name} about=${seconds_text(one.seconds)} chosen=${value.includes(one.id)}
      onChoose=${() => onChange(toggled(value, one.id))}
      onHear=${() => hear({ key: one.id, label: one.name, url: `/sounds/${one.id}/audio`, lufs: one.lufs })} />`)}
    </ul>
    ${all.length === 0 && html`<p class="quiet small">No sounds yet.</p>`}
  </fieldset>`;
}

function Row({ name, about: said, chosen, onChoose, onHear }) {
  return html`<li class="pick">
    <label class="check"><input type="checkbox" checked=${chosen} onChange=${onChoose} /><span><strong>${name}</strong> <span class="quiet small">${said}</span></span></label>
    <button class="button ghost square" aria-label=${`Hear ${name}`} onClick=${onHear}><${Icon} name="start" size=${18} /></button>
  </li>`;
}
