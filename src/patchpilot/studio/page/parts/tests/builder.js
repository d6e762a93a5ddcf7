// A new listening test: what is compared, and how.

import { html, useEffect, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { go } from "../router.js";
import { keep } from "../store.js";
import { toast } from "../toasts.js";
import { SoundPicker, TakePicker, useSounds } from "./pickers.js";
import { Ways } from "./ways.js";

const SOURCES = [
  ["chosen", "Takes and sounds"],
  ["searchers", "Two searchers"],
];
const KINDS = [
  ["pairwise", "Two at a time"],
  ["mushra", "Ratings beside a reference"],
];
const USUAL = { kind: "pairwise", name: "", question: "", no_difference: true, mid_anchor: false };
const numbers = (text) => (text ?? "").split(",").map(Number).filter((one) => one > 0);

export function Builder({ query, onMade }) {
  const [source, setSource] = useState("chosen");
  const [takes, setTakes] = useState(numbers(query.takes));
  const [sounds, setSounds] = useState([]);
  const [reference, setReference] = useState("");
  const [ways, setWays] = useState({ searchers: ["retrieval", "retrieval+refinement"], renders: 300 });
  const [wished, wish] = useState(USUAL);
  const [busy, setBusy] = useState(false);
  const [all, reload] = useSounds();
  const set = (changes) => wish({ ...wished, ...changes });
  useEffect(() => setTakes(numbers(query.takes)), [query.takes]);

  const isSearch = source === "searchers";
  const missing = isSearch ? searchersMissing(sounds, ways) : chosenMissing(takes, sounds, reference, wished.kind);
  const make = async () => {
    setBusy(true);
    if (isSearch) {
      const job = await attempt(api.post("/tests/searchers", { ...wished, ...ways, sounds }));
      if (job) {
        keep(job);
        toast("The searchers are matching; the test appears here when they are done.");
      }
    } else {
      const test = await attempt(api.post("/tests", { ...wished, takes, sounds, reference: reference || null }));
      if (test) go("tests", test.id);
    }
    setBusy(false);
    onMade();
  };

  return html`<section class="builder" aria-labelledby="builder-title">
    <h1 id="builder-title">New listening test</h1>
    <${Choice} label="What is compared" name="source" options=${SOURCES} value=${source} onChange=${setSource} />
    ${isSearch
      ? html`<p class="quiet">Each searcher matches each of your sounds with as many renders; listeners hear what they found beside your sound. Is refined preferred over retrieval?</p>
          <${Ways} value=${ways} onChange=${setWays} />
          <${SoundPicker} title="Sounds to be matched" all=${all} reload=${reload} value=${sounds} onChange=${setSounds} />`
      : html`<div class="pickers">
          <${TakePicker} value=${takes} onChange=${setTakes} />
          <${SoundPicker} title="Sounds" all=${all} reload=${reload} value=${sounds} onChange=${setSounds} />
        </div>
        <label class="field">They are to be like
          <select value=${reference} onChange=${(event) => setReference(event.target.value)}>
            <option value="">nothing: which is preferred</option>
            ${all.map((one) => html`<option value=${one.id} selected=${one.id === reference}>${one.name}</option>`)}
          </select>
        </label>`}
    <${Choice} label="How listeners answer" name="kind" options=${KINDS} value=${wished.kind} onChange=${(kind) => set({ kind })} />
    <div class="options">
      ${wished.kind === "pairwise"
        ? html`<label class="check"><input type="checkbox" checked=${wished.no_difference} onChange=${(event) => set({ no_difference: event.target.checked })} />“No difference” is an answer</label>`
        : html`<label class="check"><input type="checkbox" checked=${wished.mid_anchor} onChange=${(event) => set({ mid_anchor: event.target.checked })} />Also hide the reference below 7 kHz, to screen listeners</label>`}
    </div>
    <div class="words">
      <label>Title<input class="text" maxlength="200" placeholder="Listening test" value=${wished.name} onInput=${(event) => set({ name: event.target.value })} /></label>
      <label>Question<input class="text" maxlength="200" placeholder=${usual(wished.kind, isSearch || reference)} value=${wished.question} onInput=${(event) => set({ question: event.target.value })} /></label>
    </div>
    <div class="row">
      <button class="button main" disabled=${busy || missing !== ""} onClick=${make}>${busy ? "Making it …" : isSearch ? "Match, and make the test" : "Make the test"}</button>
      <span class="quiet" role="status">${missing}</span>
    </div>
  </section>`;
}

function usual(kind, has_reference) {
  if (kind === "mushra") return "How much is each sound like the reference?";
  return has_reference ? "Which one is more like the reference?" : "Which one do you prefer?";
}

function chosenMissing(takes, sounds, reference, kind) {
  const count = takes.length + sounds.length;
  if (kind === "mushra" && !reference) return "Ratings need a sound that the others are to be like.";
  if (kind === "mushra" ? count < 1 : count < 2) return kind === "mushra" ? "Choose something to rate." : "Choose two or more.";
  return count > 12 ? "Choose at most twelve." : "";
}

function searchersMissing(sounds, { searchers }) {
  if (new Set(searchers).size < 2) return "Choose two different searchers.";
  return sounds.length ? "" : "Choose sounds to be matched.";
}

export function Choice({ label, name, options, value, onChange }) {
  return html`<fieldset class="choice"><legend class="unseen">${label}</legend>
    ${options.map(([key, title]) => html`<label><input type="radio" name=${name} checked=${value === key} onChange=${() => onChange(key)} />${title}</label>`)}
  </fieldset>`;
}
