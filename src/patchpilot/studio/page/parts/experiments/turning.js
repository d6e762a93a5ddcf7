// An experiment turned by hand: its knobs, each turn heard at once, and the best moments kept.

import { html, useEffect, useMemo, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { vote } from "../said.js";
import { toast } from "../toasts.js";
import { Draft } from "../patch/draft.js";
import { Control } from "../patch/module.js";

// The draft of an experiment: null until it was begun. Answers [draft, begin].
export function useDraft(id) {
  const [draft, set] = useState(null);
  useEffect(() => () => draft?.close(), [draft]);
  const begin = async () => {
    const made = await attempt(api.post("/drafts", { experiment: id }));
    if (!made) return;
    const one = new Draft(made.id);
    await one.load();
    set(one);
  };
  return [draft, begin];
}

// Keeps what the draft is now as a take; `word` is said of it.
export async function kept(draft, word) {
  const answer = await draft.act("keep", {}, { plays: false });
  const number = answer?.take ?? answer?.draft?.take;
  if (!number) return undefined;
  if (word) await vote(number, word);
  else toast(`Kept as take ${number}`);
  return number;
}

// `knobs` of the experiment that are not fixed, as the instrument that is `known` describes them.
export function Turning({ draft, known, knobs }) {
  const state = draft.state.value;
  const groups = useMemo(() => (known ? grouped(known, knobs) : []), [known, knobs]);
  if (!state || !known) return html`<p class="quiet">Getting the knobs …</p>`;
  const pin = (name) => (isPinned) => draft.act("pin", { names: [name], pinned: isPinned }, { plays: false });
  return html`<div class="turning">${groups.map(
    ({ name, title, parameters }) => html`<section class="module" key=${name} aria-label=${title}>
      <h3>${title}</h3>
      <div class="controls">${parameters.map(
        (parameter) => html`<${Control} key=${parameter.name} parameter=${parameter} value=${state.values[parameter.name]}
          pinned=${state.pinned.includes(parameter.name)}
          onTurn=${(value, drag) => draft.turn({ [parameter.name]: value }, drag)} onPin=${pin(parameter.name)} />`,
      )}</div>
    </section>`,
  )}</div>`;
}

// The instrument's groups with nothing but an experiment's knobs; all that matter where it names none.
function grouped(known, knobs) {
  const meant = new Set(knobs.filter(({ role }) => role !== "fixed").map(({ name }) => name));
  const counts = (one) => (meant.size ? meant.has(one.name) : one.is_core);
  return known.groups.map((group) => ({ ...group, parameters: group.parameters.filter(counts) })).filter(({ parameters }) => parameters.length);
}
