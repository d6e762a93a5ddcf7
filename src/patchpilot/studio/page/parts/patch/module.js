// One module of the instrument: its switch, its picture, and its controls, those that matter first.

import { html, names, useState } from "../html.js";
import { Knob, Name } from "../knob.js";
import { Menu, Switch } from "../menu.js";
import { Tool } from "../tool.js";
import { is_stepped, is_switch } from "../values.js";
import { Envelope } from "./envelope.js";
import { Lfo } from "./lfo.js";
import { Wavetable } from "./pictures.js";

const AMOUNT = 0.3; // how far a die turns what is not pinned

// draft: the Draft; group: as GET /instruments/{name} says; all: whether all its parameters are shown.
export function Module({ draft, group, opened = false }) {
  const [all, show] = useState(opened);
  const { values, pinned } = draft.state.value;
  const power = group.parameters.find((one) => one.name === `${group.name}_on`);
  const on = !power || values[power.name] >= 0.5;
  const core = group.parameters.filter((one) => one.is_core && one !== power);
  const controls = all ? group.parameters.filter((one) => one !== power) : core;
  const rest = group.parameters.length - core.length - (power ? 1 : 0);
  const holds = group.parameters.map((one) => one.name);
  const locked = holds.every((name) => pinned.includes(name));
  const pin = (list, state) => draft.act("pin", { names: list, pinned: state }, { plays: false });
  const roll = () => draft.act("randomise", { group: group.name, amount: AMOUNT });
  const title = `module-${group.name}`;
  const turn = (parameter) => (value, drag) => draft.turn({ [parameter.name]: value }, drag);
  return html`<section class=${names("module", { off: !on, locked })} aria-labelledby=${title}>
    <header>
      ${power && html`<${Switch} parameter=${power} value=${values[power.name]} label=${`${group.title} on`} onTurn=${turn(power)} />`}
      <h3 id=${title}>${group.title}</h3>
      <${Tool} small icon=${locked ? "lock" : "unlock"} label=${`Pin all of ${group.title}`} title=${locked ? "Let all of it go" : "Pin all of it"}
        pressed=${locked} onPress=${() => pin(holds, !locked)} />
      <${Tool} small icon="dice" label=${`Randomise ${group.title}`} title="Randomise what is not pinned" disabled=${locked} onPress=${roll} />
      ${rest > 0 && html`<${More} title=${group.title} n=${rest} all=${all} onPress=${() => show(!all)} />`}
    </header>
    <div class="controls">
      <${Drawing} draft=${draft} group=${group} />
      ${controls.map(
        (parameter) => html`<${Control} key=${parameter.name} parameter=${parameter} value=${values[parameter.name]}
          pinned=${pinned.includes(parameter.name)} onTurn=${turn(parameter)} onPin=${(state) => pin([parameter.name], state)} />`,
      )}
    </div>
  </section>`;
}

function More({ title, n, all, onPress }) {
  return html`<button class="tool more" aria-expanded=${String(all)} aria-label=${`All controls of ${title}`} onClick=${onPress}>
    ${all ? "Fewer" : `+${n}`}
  </button>`;
}

// A parameter as its kind of control: a knob, a switch, a menu.
export function Control(props) {
  const { parameter, value, pinned, onTurn, onPin } = props;
  if (is_switch(parameter))
    return html`<div class=${names("knob flips", { pinned })}>
      <${Switch} parameter=${parameter} value=${value} onTurn=${onTurn} />
      <${Name} title=${parameter.title} pinned=${pinned} onPin=${onPin} />
    </div>`;
  if (is_stepped(parameter) && parameter.options.length) return html`<${Menu} ...${props} />`;
  return html`<${Knob} ...${props} />`;
}

// The picture that a module has: an envelope, an LFO's shape, an oscillator's wavetable.
function Drawing({ draft, group }) {
  const state = draft.state.value;
  const envelope = state.envelopes?.find((one) => one.name === group.name);
  if (envelope)
    return html`<${Envelope} shape=${envelope} held_s=${state.held_s} title=${group.title} parameters=${group.parameters} values=${state.values}
      onTurn=${(values, drag) => draft.turn(values, drag)} />`;
  const lfo = state.lfos?.find((one) => one.name === group.name);
  if (lfo) return html`<${Lfo} shape=${lfo} title=${group.title} onDraw=${(shape, drag) => draft.draw(lfo.name, shape, drag)} />`;
  const table = state.wavetables?.find((one) => one.slot.replace("wavetable", "osc") === group.name);
  return table ? html`<${Wavetable} table=${table} title=${group.title} />` : null;
}

// The amounts of the patch's modulations, as knobs.
export function Modulations({ draft }) {
  const { modulations = [], values, pinned } = draft.state.value;
  if (!modulations.length) return null;
  return html`<section class="module" aria-labelledby="module-modulations">
    <header><h3 id="module-modulations">Modulation</h3></header>
    <div class="controls">${modulations.map((one) => {
      const name = `${one.name}_amount`;
      const parameter = {
        name, title: `${words(one.source)} → ${words(one.destination)}`, kind: "continuous", unit: "%",
        minimum: -1, maximum: 1, default: 0, curve: "linear", multiply: 100, offset: 0, options: [],
      };
      const turn = (value, drag) => draft.turn({ [name]: value }, drag);
      const pin = (state) => draft.act("pin", { names: [name], pinned: state }, { plays: false });
      return html`<div class="wide" key=${one.name}>
        <${Knob} parameter=${parameter} value=${values[name] ?? one.amount} pinned=${pinned.includes(name)} onTurn=${turn} onPin=${pin} />
      </div>`;
    })}</div>
  </section>`;
}

const SHORT = { osc: "Osc", env: "Env", lfo: "LFO", fx: "FX" };
const words = (name) => name.split("_").map((word, index) => SHORT[word] ?? (index ? word : word.charAt(0).toUpperCase() + word.slice(1))).join(" ");

