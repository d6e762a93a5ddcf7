// One envelope: its curve over time, where the key is let go, and handles for what its knobs turn.

import { html, useState } from "../html.js";
import { from_norm, norm, shown, stored, text } from "../values.js";
import { Handle } from "./handles.js";
import { frame, path } from "./pictures.js";

const { x_of, y_of, part_x, part_y, wide, tall } = frame(220, 96);
const [STEP, FINE] = [0.01, 0.1];

// shape: of GET /drafts/{id}; parameters: of its module; values: stored; onTurn(values, drag).
export function Envelope({ shape, held_s, title, parameters, values, onTurn }) {
  const of = (stage) => parameters.find((one) => one.name === `${shape.name}_${stage}`);
  const now = (stage) => shown(of(stage), values[of(stage).name]);
  const peak = now("delay") + now("attack");
  const rest = peak + now("hold");
  const fallen = rest + now("decay");
  const [held, hold] = useState(null); // the seconds that the picture shows while somebody drags: it stays under the hand
  const span = held ?? (Math.max(held_s + now("release"), fallen) || 1);

  const line = path(shape.points.map(([seconds, level]) => [x_of(Math.min(1, seconds / span)), y_of(level)]));
  const release = x_of(Math.min(1, held_s / span));
  const set = (stage, seen) => ({ [of(stage).name]: stored(of(stage), Math.max(0, seen)) });
  const step = (stage, steps) => ({ [of(stage).name]: from_norm(of(stage), norm(of(stage), values[of(stage).name]) + steps) });
  const said = (stage) => text(of(stage), values[of(stage).name]);
  const handles = [
    { name: "Attack", x: peak, y: 1, stage: "attack", to: (seconds) => set("attack", seconds - now("delay")) },
    { name: "Decay and sustain", x: fallen, y: now("sustain"), stage: "decay", level: "sustain", to: (seconds, level) => ({ ...set("decay", seconds - rest), ...set("sustain", level) }) },
    { name: "Release", x: held_s + now("release"), y: 0, stage: "release", to: (seconds) => set("release", seconds - held_s) },
  ];
  const nudge = ({ stage, level }) => (right, up, drag, event) => {
    const by = STEP * (event.shiftKey ? FINE : 1);
    if (up && level) onTurn(step(level, up * by), drag);
    else onTurn(step(stage, (right || up) * by), drag);
  };
  return html`<svg class="picture draws" viewBox=${`0 0 ${wide} ${tall}`} width=${wide} height=${tall} role="group" aria-label=${`${title}, drawn`}
    onPointerDown=${() => hold(span)} onPointerUp=${() => hold(null)} onPointerCancel=${() => hold(null)}>
    <path class="ground" d=${`${line}L${x_of(1)} ${y_of(0)}L${x_of(0)} ${y_of(0)}Z`} />
    <path class="line" d=${line} />
    <path class="mark" d=${`M${release} 5V${tall - 5}`} />
    ${handles.map(
      (one) => html`<${Handle} key=${one.name} x=${x_of(Math.min(1, one.x / span))} y=${y_of(one.y)} label=${`${title}, ${one.name.toLowerCase()}`}
        now=${100 * norm(of(one.stage), values[of(one.stage).name])} said=${one.level ? `${said(one.stage)}, ${said(one.level)}` : said(one.stage)}
        onMove=${(x, y, drag) => onTurn(one.to(part_x(x) * span, Math.min(1, part_y(y))), drag)} onNudge=${nudge(one)} />`,
    )}
  </svg>`;
}
