// A rack as a graph: its modules with their controls, audio as lines, control as dashes.

import { html, useMemo } from "../html.js";
import { norm, text } from "../values.js";
import { HEAD, layout, MOST_ROWS, ROW, WIDE } from "./layout.js";
import { worded } from "./names.js";

// `graph`: { nodes: [{ name, kind, summary, controls }], wires: [{ source, target, port, kind }], outputs: [name] };
// `values`: what controls stand at now, by name, and `parameters`, a Map of what they are, where somebody turns them.
export function Graph({ graph, values, parameters, label }) {
  const { width, height, places, lanes } = useMemo(() => layout(graph), [graph]);
  return html`<div class="rack" tabindex="0" role="group" aria-label=${label}>
    <svg width=${width} height=${height} viewBox="0 0 ${width} ${height}" role="img" aria-label=${inWords(graph)}>
      ${graph.wires.map(
        (wire, index) => html`<${Wire} key=${index} wire=${wire} wires=${graph.wires} places=${places} lanes=${lanes.get(wire)} />`,
      )}
      ${graph.outputs.map((name) => html`<${Output} key=${name} place=${places.get(name)} />`)}
      ${graph.nodes.map(
        (node) => html`<${Module} key=${node.name} node=${node} place=${places.get(node.name)} values=${values} parameters=${parameters} />`,
      )}
    </svg>
  </div>`;
}

function Module({ node, place, values, parameters }) {
  const rows = node.controls.slice(0, MOST_ROWS);
  const rest = node.controls.length - rows.length;
  return html`<g transform="translate(${place.x} ${place.y})">
    <title>${node.summary}</title>
    <rect class="module" width=${WIDE} height=${place.height} rx="10" />
    <text class="title" x="12" y="20">${node.name}</text>
    <text class="kind" x="12" y="35">${node.kind === node.name ? "" : node.kind}</text>
    ${rows.map(
      (control, index) => html`<${Control} key=${control.name} control=${control} row=${index} value=${values?.[control.name]}
        parameter=${parameters?.get(control.name)} />`,
    )}
    ${rest > 0 && html`<text class="control" x="12" y=${HEAD + MOST_ROWS * ROW + 12}>and ${rest} more</text>`}
  </g>`;
}

// A control as it was made, or as it is turned now.
function Control({ control, row, value, parameter }) {
  const isTurned = parameter && value !== undefined;
  const long = WIDE - 24;
  const part = isTurned ? norm(parameter, value) : norm(control, control.value);
  const said = isTurned ? text(parameter, value) : control.text.replace(/ semitones$/, " st");
  const title = worded(control.title).replace(/ (db|hz|ms)$/i, ""); // the unit is said with the value
  const fits = Math.max(4, 21 - said.length);
  return html`<g transform="translate(12 ${HEAD + row * ROW})">
    <text class="control" y="11">${title.length > fits ? `${title.slice(0, fits - 1)}…` : title}</text>
    <text class="value" x=${long} y="11" text-anchor="end">${said}</text>
    <rect class="track" y="15" width=${long} height="2" /><rect class="part" y="15" width=${part * long} height="2" />
  </g>`;
}

function Output({ place }) {
  const [x, y] = [place.x + WIDE, place.y + place.height / 2];
  return html`<path class="wire audio" d="M${x} ${y}h20" /><circle class="out" cx=${x + 24} cy=${y} r="5" />`;
}

function Wire({ wire, wires, places, lanes }) {
  const [from, to] = [places.get(wire.source), places.get(wire.target)];
  const ports = [...new Set(wires.filter(({ target }) => target === wire.target).map(({ port }) => port))];
  const end = { x: to.x, y: to.y + (to.height * (ports.indexOf(wire.port) + 1)) / (ports.length + 1) };
  let path = `M${from.x + WIDE} ${from.y + from.height / 2}`;
  let last = { x: from.x + WIDE, y: from.y + from.height / 2 };
  for (const lane of [...lanes, end]) {
    const bend = Math.max(20, Math.abs(lane.x - last.x) / 2);
    path += `C${last.x + bend} ${last.y} ${lane.x - bend} ${lane.y} ${lane.x} ${lane.y}`;
    last = lane === end ? end : { x: lane.x + WIDE, y: lane.y };
    if (lane !== end) path += `H${last.x}`;
  }
  return html`<path class="wire ${wire.kind}" d=${path} />
    ${wire.kind === "control" && html`<text class="port" x=${end.x - 5} y=${end.y + 14} text-anchor="end">${wire.port}</text>`}`;
}

function inWords({ nodes, wires, outputs }) {
  const lines = wires.map(({ source, target, port, kind }) => `${source} to ${target}${kind === "control" ? ` (controls ${port})` : ""}`);
  return `Rack of ${nodes.length} modules: ${lines.join("; ")}. Heard: ${outputs.join(", ")}.`;
}
