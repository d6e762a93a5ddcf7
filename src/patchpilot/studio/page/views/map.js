// The bank as a map: sounds that are alike lie together. Pointing at a take is hearing it.

import { html, useEffect, useMemo, useRef, useSignal, useState } from "../parts/html.js";
import { api, attempt } from "../parts/api.js";
import { useEvent } from "../parts/events.js";
import { Icon } from "../parts/icons.js";
import { useKeys } from "../parts/keys.js";
import { star, take, vote } from "../parts/said.js";
import { replace } from "../parts/router.js";
import { audio } from "../parts/sounds.js";
import { toast } from "../parts/toasts.js";
import { Tool } from "../parts/tool.js";
import { Atlas, linesOf } from "../parts/map/atlas.js";
import { coloured } from "../parts/map/colours.js";
import { Hearing, sounding } from "../parts/map/hearing.js";
import { Drawing, Layouts, useLayout } from "../parts/map/layout.js";
import { Legend } from "../parts/map/legend.js";
import { Chosen, Lineage } from "../parts/map/lists.js";
import { Stage } from "../parts/map/stage.js";
import { TakeCard } from "../parts/map/take_card.js";

const STEP = 1.5; // of a zoom
const LEGEND = 300; // pixels that it covers on the left

export default function MapView({ args }) {
  const layout = useLayout();
  const { atlas, failed } = layout;
  if (!atlas) return html`<p class="empty" role="status">${failed || "Laying out the map …"}</p>`;
  if (atlas.numbers.length === 0) return html`<${Empty} why=${atlas.why} />`;
  return html`<${Drawn} atlas=${atlas} layout=${layout} first=${Number(args[0]) || 0} />`;
}

function Empty({ why }) {
  return html`<div class="empty">
    <h1>The map is empty</h1>
    <p>Every take that is kept gets a place here, and sounds that are alike lie together.<br />${why}</p>
    <p><a class="button main" href="#/match">Match a sound</a> <a class="button" href="#/play">Let it play</a></p>
  </div>`;
}

function Drawn({ atlas, layout, first }) {
  const [by, setBy] = useState("vote");
  const [hidden, setHidden] = useState(new Set()); // rows of the legend
  const [chosen, setChosen] = useState(new Set()); // numbers
  const [focus, setFocus] = useState(atlas.at(first) >= 0 ? first : 0);
  const pointed = useSignal(-1); // a place among the arrays; a signal, so that only its words are written anew
  const [isRinging, setRinging] = useState(false);
  const [hasLineage, setHasLineage] = useState(false);
  const [lineage, setLineage] = useState(null);
  const [said, setSaid] = useState(0); // grows when something is said of a take
  const box = useRef(null);
  const stage = useRef(null);
  const hearing = useMemo(() => new Hearing(), []);
  const heard = sounding();
  const { groups, legend } = useMemo(() => coloured(atlas, by), [atlas, by, said]);
  const words = (number) => (atlas.at(number) < 0 ? `Take ${number}` : atlas.words(atlas.at(number)));
  const hear = (number) => attempt(hearing.now(number));

  const placesOf = (numbers) => [...numbers].map((number) => atlas.at(number)).filter((i) => i >= 0);
  const colourBy = (one) => {
    setHidden(new Set());
    setBy(one);
  };
  const walk = (number) => {
    setFocus(number);
    replace("map", number);
    if (atlas.at(number) >= 0) stage.current.reveal(atlas.at(number)); // a step on the way to a take is not on the map
    hear(number);
  };
  const pick = (i, adds) => {
    if (i < 0) return;
    const number = atlas.numbers[i];
    if (adds) setChosen(flipped(chosen, number));
    walk(number);
  };
  const step = (right, up) => () => {
    const i = atlas.at(focus) >= 0 ? stage.current.towards(atlas.at(focus), right, up) : stage.current.middle();
    if (i >= 0) walk(atlas.numbers[i]);
  };
  const does = useRef({});
  does.current = {
    pointed: (i) => {
      pointed.value = i;
      hearing.soon(i < 0 ? 0 : atlas.numbers[i]);
    },
    picked: pick,
    ringed: (some, adds) => setChosen(new Set([...(adds ? chosen : []), ...atlas.numbersOf(some)])),
  };

  useEffect(() => {
    const told = Object.fromEntries(["pointed", "picked", "ringed"].map((name) => [name, (...given) => does.current[name](...given)]));
    stage.current = new Stage(box.current, told, { inset: LEGEND });
    return () => {
      stage.current.free();
      hearing.free();
    };
  }, []);
  useEffect(() => stage.current.load(atlas.x, atlas.y), [atlas]);
  useEffect(() => {
    if (first === focus || atlas.at(first) < 0) return; // somebody went to another address
    setFocus(first);
    stage.current.reveal(atlas.at(first));
  }, [first]);
  useEffect(() => {
    stage.current.colour(groups, legend.map(({ colour }) => colour));
    stage.current.choose(placesOf(chosen), (i) => !hidden.has(groups[i]));
  }, [atlas, groups, hidden, chosen]);
  useEffect(() => {
    stage.current.drawsRings = isRinging;
  }, [isRinging]);
  useEffect(() => {
    const lines = lineage ? linesOf(lineage).map(([from, to, far]) => [atlas.at(from), atlas.at(to), far]) : [];
    const both = lines.filter(([from, to]) => from >= 0 && to >= 0);
    stage.current.mark({ focus: atlas.at(focus), sounding: atlas.at(heard), lines: both });
  }, [atlas, focus, heard, lineage]);
  useEffect(() => {
    setLineage(null);
    if (!hasLineage || !focus) return undefined;
    let here = true;
    attempt(api.get(`/takes/${focus}/lineage`)).then((found) => here && found && setLineage(found));
    return () => (here = false);
  }, [focus, hasLineage]);
  useEvent("mark", (one) => atlas.said(one) && setSaid((times) => times + 1), [atlas]);

  const find = async (query) => {
    if (!query) return;
    const found = await attempt(api.get(`/takes?limit=1000&query=${encodeURIComponent(query)}`));
    if (!found) return;
    const there = found.takes.map((one) => one.number).filter((number) => atlas.at(number) >= 0);
    setChosen(new Set(there));
    if (there.length) walk(there[0]);
    toast(there.length ? `Found ${there.length} takes` : `No take of the map is found by “${query}”`);
  };
  const say = (verb) => async () => {
    if (!focus) return;
    const one = await attempt(take(focus));
    if (!one) return;
    if (verb === "star") star(focus, one.stars ? 0 : 1);
    else vote(focus, one.vote === verb ? null : verb);
  };
  const lookAtAll = () => stage.current.frame([]);
  useKeys([
    ["arrowleft", "To the nearest take on the left", step(-1, 0)],
    ["arrowright", "… on the right", step(1, 0)],
    ["arrowup", "… above", step(0, 1)],
    ["arrowdown", "… below", step(0, -1)],
    ["enter", "Choose the take, or drop it", () => focus && setChosen(flipped(chosen, focus))],
    ["y", "Vote yes", say("yes")],
    ["n", "Vote no", say("no")],
    ["s", "Star", say("star")],
    ["l", "Lineage of the take", () => setHasLineage(!hasLineage)],
    ["r", "Draw rings", () => setRinging(!isRinging)],
    ["+", "Closer", () => stage.current.zoom(STEP)],
    ["-", "Farther", () => stage.current.zoom(1 / STEP)],
    ["0", "All of the map", lookAtAll],
    ["escape", "Choose nothing", () => setChosen(new Set())],
  ]);

  const label = `Map of ${atlas.numbers.length.toLocaleString()} takes. Arrow keys walk from take to take.`;
  return html`
    <h1 class="unseen">Map</h1>
    <div class="stage">
      <div class="plane" ref=${box} tabindex="0" role="application" aria-label=${label}></div>
      <p class="unseen" role="status">${focus ? words(focus) : ""}</p>
      <${Search} find=${find} />
      <div class="tools" role="toolbar" aria-label="Map">
        <button class="button" aria-pressed=${String(isRinging)} title="Draw a ring around takes (R, or hold Shift)"
          onClick=${() => setRinging(!isRinging)}><${Icon} name="ring" />Ring</button>
        <${Tool} icon="plus" label="Closer" title="Closer (+)" onPress=${() => stage.current.zoom(STEP)} />
        <${Tool} icon="minus" label="Farther" title="Farther (-)" onPress=${() => stage.current.zoom(1 / STEP)} />
        <${Tool} icon="fit" label="All of the map" title="All of the map (0)" onPress=${lookAtAll} />
      </div>
      <${Legend} by=${by} setBy=${colourBy} legend=${legend} hidden=${hidden} setHidden=${setHidden}
        choose=${(row) => setChosen(new Set(atlas.numbers.filter((_, i) => groups[i] === row)))}><${Layouts} layout=${layout} /><//>
      <${Drawing} layout=${layout} />
      <${Pointed} atlas=${atlas} pointed=${pointed} />
    </div>
    <aside class="side" aria-label="Takes">
      ${focus
        ? html`<${TakeCard} number=${focus} hear=${hear} lineage=${hasLineage} setLineage=${setHasLineage} />`
        : html`<section class="card">
            <h2>${atlas.numbers.length.toLocaleString()} takes</h2>
            <p class="quiet small">What sounds alike lies together. Point at a take to hear it, click it to look at it, or walk with
              the arrow keys.</p>
          </section>`}
      <${Lineage} lineage=${lineage} words=${words} hear=${hear} focus=${walk} />
      <${Chosen} numbers=${[...chosen]} words=${words} hear=${hear} focus=${walk}
        drop=${(number) => setChosen(flipped(chosen, number))} clear=${() => setChosen(new Set())}
        frame=${() => stage.current.frame(placesOf(chosen))} />
    </aside>`;
}

// What is pointed at. Until a key or a button was pressed, browsers are silent.
function Pointed({ atlas, pointed }) {
  if (pointed.value < 0) return null;
  const hint = audio().state === "suspended" ? " · click to hear" : "";
  return html`<p class="pointed" aria-hidden="true">${atlas.words(pointed.value)}${hint}</p>`;
}

function Search({ find }) {
  const submit = (event) => {
    event.preventDefault();
    find(event.target.elements.query.value.trim());
  };
  return html`<form class="search" role="search" onSubmit=${submit}>
    <input class="text" name="query" type="search" aria-label="Find takes by words" placeholder="Find by name, tag, note …" maxlength="200" />
  </form>`;
}

function flipped(set, value) {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}
