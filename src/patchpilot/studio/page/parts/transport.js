// The strip at the bottom: what is heard and how, what runs, undo.

import { html, useEffect, useRef } from "./html.js";
import { Icon } from "./icons.js";
import { link } from "./events.js";
import { signedOut } from "./api.js";
import { running } from "./store.js";
import { undo } from "./undo.js";
import * as player from "./player.js";

export function Transport() {
  const one = player.heard.value;
  const nothing = !one;
  const state = player.playing.value ? "Pause" : "Play";
  return html`<footer class="transport" aria-label="Player">
    <button class="round" aria-label=${state} disabled=${nothing} onClick=${player.toggle}>
      <${Icon} name=${player.playing.value ? "pause" : "start"} />
    </button>
    <div class="heard">
      <span class="label">${one?.label ?? "Nothing to play yet"}</span>
      <${Place} />
    </div>
    <${Switch} name="loop" label="Play in a loop" short="Loop" state=${player.loop} />
    <${Switch} name="equal" label="Equal loudness" short="Equal loudness" state=${player.equal} />
    <label class="volume"><${Icon} name="volume" /><span class="unseen">Volume</span>
      <input type="range" min="0" max="1" step="0.01" value=${player.volume.value}
        onInput=${(event) => (player.volume.value = Number(event.target.value))} />
    </label>
    <span class="gap"></span>
    <${Jobs} />
    <button class="plain" title="Undo the last vote, tag, pin or note" onClick=${undo}><${Icon} name="undo" /><span>Undo</span></button>
    <${Link} />
  </footer>`;
}

function Switch({ name, label, short, state }) {
  const flip = () => (state.value = !state.value);
  return html`<button class="switch" role="switch" aria-checked=${String(state.value)} aria-label=${label} title=${label} onClick=${flip}>
    <${Icon} name=${name} /><span>${short}</span>
  </button>`;
}

// Where in the sound the player is; pressing it goes there.
function Place() {
  const bar = useRef(null);
  useEffect(() => {
    let shown = -1;
    return eachFrame(() => {
      const now = part();
      if (now !== shown) bar.current.style.transform = `scaleX(${now})`;
      shown = now;
    });
  }, []);
  const seek = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    player.seek(((event.clientX - box.left) / box.width) * player.duration.value);
  };
  return html`<div class="place" onPointerDown=${seek}><span ref=${bar}></span></div>`;
}

const part = () => Math.min(1, player.position() / (player.duration.value || 1));

const drawn = new Set();
let next = 0;

function frame() {
  next = drawn.size ? requestAnimationFrame(frame) : 0;
  for (const draw of drawn) draw();
}

// Calls `draw` before each picture of the screen; answers a function that ends it.
export function eachFrame(draw) {
  drawn.add(draw);
  next ||= requestAnimationFrame(frame);
  return () => drawn.delete(draw);
}

const KINDS = { match: "Matching", play: "Self-play", track: "Listening to a track" };

function Jobs() {
  const all = running.value;
  if (!all.length) return null;
  const [job] = all;
  const { done = 0, total = 0 } = job.progress ?? {};
  const said = `${KINDS[job.kind] ?? job.kind}${total ? ` ${Math.floor((100 * done) / total)} %` : ""}`;
  const where = { match: `#/match/${job.id}`, play: `#/play/${job.id}`, experiment: "#/experiments" }[job.kind] ?? "#/tracks";
  return html`<a class="jobs" href=${where}><span class="pulse"></span>${said}${all.length > 1 ? ` +${all.length - 1}` : ""}</a>`;
}

const LINKS = { live: "Connected", connecting: "Connecting", lost: "Not connected; trying again" };

function Link() {
  const state = signedOut.value ? "lost" : link.value;
  return html`<span class="link-state ${state}" role="status" title=${LINKS[state]}><span class="unseen">${LINKS[state]}</span></span>`;
}
