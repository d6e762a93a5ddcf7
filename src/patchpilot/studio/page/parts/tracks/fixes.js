// Fixes: moves that close gaps, each tried out; heard before and after at one loudness, and applied to Live.

import { html, names, useEffect, useState } from "../html.js";
import { attempt } from "../api.js";
import { useKeys } from "../keys.js";
import { isActive } from "../store.js";
import { sentence } from "../words.js";
import { begin, useJob, Working } from "./jobs.js";
import { Live } from "./live.js";
import { Pair, usePairs } from "./pair.js";
import { ProfileChoice } from "./profiles.js";

const percent = (part) => `${Math.round(100 * part)} %`;

export function Fixes({ id, profile, choose, onMark }) {
  const job = useJob("track_fix", { sound: id, profile });
  const fixes = job?.result?.fixes;
  const [at, set] = useState(0);
  const [chosen, setChosen] = useState([]); // numbers of fixes, from 1
  const shown = fixes?.[at];
  useEffect(() => onMark(shown?.gap ?? null), [shown]);
  useEffect(() => setChosen([]), [job?.id]);
  const pairs = usePairs(`fix-${id}`, fixes, ["before", "after"], "Fix");
  const hear = (index, which) => {
    set(index);
    pairs.hear(index, which);
  };
  const step = (by) => () => fixes && set(Math.min(fixes.length - 1, Math.max(0, at + by)));
  useKeys([
    ["b", "Before or after", () => pairs.flip(at)],
    ["arrowdown", "Next fix", step(1)],
    ["arrowup", "Previous fix", step(-1)],
  ]);
  const flip = (number) => setChosen(chosen.includes(number) ? chosen.filter((one) => one !== number) : [...chosen, number].sort((a, b) => a - b));
  const seek = () => attempt(begin("/track/fix", { sound: id, profile }));
  return html`<section class="fixes" aria-label="Fixes">
    <div class="row">
      <${ProfileChoice} value=${profile} onChange=${choose} />
      <button class="button ${fixes ? "" : "main"}" disabled=${!profile || (job && isActive(job))} onClick=${seek}>${fixes ? "Look again" : "Look for fixes"}</button>
    </div>
    ${job && isActive(job) && html`<${Working} job=${job} text="Trying out what would close the gaps" />`}
    ${job?.error && html`<p class="quiet" role="status">${job.error.message}</p>`}
    ${fixes?.length === 0 && html`<p class="quiet">No gaps: it is like the profile.</p>`}
    <ol class="list">${fixes?.map((fix, index) => html`<${Row} key=${index} fix=${fix} number=${index + 1} shown=${index === at} chosen=${chosen.includes(index + 1)}
      heard=${pairs.heard(index)} onShow=${() => set(index)} onFlip=${() => flip(index + 1)} onHear=${(which) => hear(index, which)} />`)}</ol>
    ${fixes?.length > 0 && html`<${Live} job=${job} chosen=${chosen} />`}
  </section>`;
}

function Row({ fix, number, shown, chosen, heard, onShow, onFlip, onHear }) {
  const [what, why] = told(fix);
  const tried = fix.before_sound !== null;
  return html`<li class=${names("row-fix", { shown })} onFocusIn=${onShow}>
    ${fix.moves.length
      ? html`<label class="check" title="Apply to Live"><input type="checkbox" checked=${chosen} onChange=${onFlip} aria-label=${`Apply fix ${number}`} /></label>`
      : html`<span class="check number quiet">${number}</span>`}
    <div class="said">
      <p><strong>${sentence(what)}</strong></p>
      <p class="quiet small">${why}</p>
      ${fix.by_hand && tried && html`<p class="small">By hand: ${fix.by_hand}</p>`}
    </div>
    ${tried && html`<div class="figures small number"><span>${percent(fix.confidence)} <span class="quiet">sure</span></span>${fix.closed !== null && html`<span>${percent(fix.closed)} <span class="quiet">closed</span></span>`}</div>
      <${Pair} label=${`Hear fix ${number}`} texts=${{ before: "Before", after: "After" }} heard=${heard} onHear=${onHear} />`}
  </li>`;
}

// What is turned, and why, of a reason.
function told(fix) {
  const end = fix.reason.lastIndexOf(": ", fix.reason.indexOf(" against "));
  return end < 0 ? [fix.reason, ""] : [fix.reason.slice(0, end), fix.reason.slice(end + 2)];
}
