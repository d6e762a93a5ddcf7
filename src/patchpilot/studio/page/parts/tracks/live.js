// Ableton Live: whether it is there, honestly; what was turned in it; and the moves as a list where it is not.

import { html, useEffect, useState } from "../html.js";
import { api, attempt } from "../api.js";
import { Icon } from "../icons.js";
import { done } from "../undo.js";

export function Live({ job, chosen }) {
  const [live, set] = useState(null);
  const [applied, setApplied] = useState(null);
  const [busy, setBusy] = useState(false);
  const look = () => attempt(api.get("/live")).then((found) => found && set(found));
  useEffect(() => void look(), []);
  useEffect(() => setApplied(null), [job.id]);
  const moves = chosen.flatMap((number) => job.result.fixes[number - 1].moves);
  const apply = async () => {
    setBusy(true);
    const found = await attempt(api.post("/live/apply", { job: job.id, fixes: chosen }));
    setBusy(false);
    if (!found) return look();
    setApplied(found);
    return done(`Turned ${found.turned.length} knobs in Live`);
  };
  return html`<section class="live panel" aria-labelledby="live-title">
    <div class="row">
      <h2 id="live-title">Ableton Live</h2>
      <span class="quiet" role="status">${said(live)}</span>
      <button class="button ghost" onClick=${look}>Look again</button>
    </div>
    <div class="row">
      <button class="button main" disabled=${!live?.connected || !moves.length || busy} onClick=${apply}>${busy ? "Turning …" : `Apply ${chosen.length || "the chosen"} ${chosen.length === 1 ? "fix" : "fixes"} to Live`}</button>
      <button class="button" disabled=${!moves.length} onClick=${() => save(moves)}><${Icon} name="download" />Save the moves</button>
      ${!chosen.length && html`<span class="quiet small">Choose fixes above; all of them are turned in one step, or none.</span>`}
    </div>
    ${live && !live.connected && html`<p class="quiet small">${live.why}</p>`}
    ${applied && html`<${Turned} applied=${applied} />`}
    ${!applied && moves.length > 0 && html`<ol class="moves small">${moves.map((one) => html`<li><strong>${[one.track, one.device].filter(Boolean).join(" → ")}</strong> ${one.parameter}: ${one.option ?? `${one.value} ${one.unit ?? ""}`}</li>`)}</ol>`}
  </section>`;
}

function said(live) {
  if (live === null) return "Looking for Live …";
  return live.connected ? `Live ${live.version} is open, with ${live.tracks.length} tracks` : "Live does not answer: nothing can be turned from here now";
}

function Turned({ applied }) {
  return html`<ul class="moves small">
    ${applied.turned.map((one) => html`<li><strong>${one.place}</strong> ${one.before} → ${one.after}</li>`)}
    ${applied.left_out.map((one) => html`<li class="quiet">Left out: ${one}</li>`)}
    ${applied.remarks.map((one) => html`<li class="quiet">${one}</li>`)}
  </ul>`;
}

// The moves as the file that `patchpilot live apply` takes.
function save(moves) {
  const text = JSON.stringify({ format: "patchpilot-moves-1", moves }, null, 1);
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: "moves.json" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
