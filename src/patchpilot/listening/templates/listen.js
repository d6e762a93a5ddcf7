"use strict";
// The listening test: trials and their sounds in an order of each participant's own; all must be heard, then answered.
(() => {
  const FADE_S = 0.012;
  const HEARD_S = 2; // of a sound, or all of a shorter one, until it counts as heard
  const WORDS = ["Bad", "Poor", "Fair", "Good", "Excellent"];
  const data = JSON.parse(document.getElementById("data").textContent);
  const isMushra = data.kind === "mushra";
  const one = (query) => document.querySelector(query);
  const pages = Object.fromEntries([...document.querySelectorAll("[data-page]")].map((page) => [page.dataset.page, page]));
  const kept = `patchpilot-listening-${data.test}`;

  let who = "";
  let trials = []; // in this participant's order: {code, reference, stimuli: [codes in the order of A, B, …]}
  let at = 0; // index of the trial that is shown
  let answers = {}; // code of a trial -> {code of a stimulus: vote}
  let heard = {}; // code of a sound -> seconds
  let saved = false;

  // ---- order: the same word gives the same order, on any machine

  function random(text) {
    let state = 2166136261;
    for (const letter of text) state = Math.imul(state ^ letter.codePointAt(0), 16777619);
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
  }

  function shuffled(items, text) {
    const draw = random(text);
    const order = [...items];
    for (let last = order.length - 1; last > 0; last--) {
      const other = Math.floor(draw() * (last + 1));
      [order[last], order[other]] = [order[other], order[last]];
    }
    return order;
  }

  const letter = (index) => String.fromCharCode(65 + index);

  // ---- sound: all of a trial play at once, one of them audible

  const decoded = new Map();
  let context = null;
  let buffers = new Map(); // of the trial that is shown, by code
  let lengthS = 0;
  let voices = new Map();
  let startedAt = 0;
  let restS = 0;
  let current = null;
  let looping = true;
  let counted = 0;

  async function decode(code) {
    if (!decoded.has(code)) {
      const bytes = Uint8Array.from(atob(data.sounds[code]), (character) => character.charCodeAt(0));
      decoded.set(code, await new OfflineAudioContext(2, 1, 48000).decodeAudioData(bytes.buffer));
    }
    return decoded.get(code);
  }

  const isPlaying = () => voices.size > 0;

  function positionS() {
    if (!isPlaying()) return restS;
    const elapsed = Math.max(0, context.currentTime - startedAt);
    return looping ? elapsed % lengthS : Math.min(elapsed, lengthS);
  }

  function play(fromS) {
    context ??= new AudioContext();
    context.resume();
    silence();
    const when = context.currentTime + 0.02;
    startedAt = when - fromS;
    for (const [code, buffer] of buffers) {
      const gain = new GainNode(context, { gain: code === current ? 1 : 0 });
      const source = new AudioBufferSourceNode(context, { buffer, loop: looping });
      source.connect(gain).connect(context.destination);
      source.start(when, fromS);
      voices.set(code, { source, gain });
    }
    const started = voices;
    voices.values().next().value.source.onended = () => voices === started && stop(0);
    counted = when;
    show();
  }

  function silence() {
    count();
    for (const { source, gain } of voices.values()) {
      gain.gain.setTargetAtTime(0, context.currentTime, FADE_S / 4);
      source.stop(context.currentTime + FADE_S);
    }
    voices = new Map();
  }

  function stop(restAtS) {
    if (isPlaying()) silence();
    restS = restAtS;
    show();
  }

  function choose(code) {
    count();
    current = code;
    if (!isPlaying()) return play(restS);
    const now = context.currentTime;
    for (const [other, { gain }] of voices) {
      gain.gain.cancelScheduledValues(now);
      gain.gain.setValueAtTime(gain.gain.value, now);
      gain.gain.linearRampToValueAtTime(other === code ? 1 : 0, now + FADE_S);
    }
    show();
  }

  function setLoop(on) {
    const fromS = positionS();
    looping = on;
    if (isPlaying()) play(fromS);
    else show();
  }

  // Adds what was heard since the last time.
  function count() {
    if (!isPlaying() || current === null) return;
    const now = context.currentTime;
    if (now > counted) heard[current] = (heard[current] ?? 0) + now - counted;
    counted = Math.max(counted, now);
  }

  // ---- what is answered

  const trial = () => trials[at];
  const codesOf = (some) => [...(some.reference ? [some.reference] : []), ...some.stimuli];
  const isHeard = (code) => (heard[code] ?? 0) >= Math.min(HEARD_S, 0.9 * (decoded.get(code)?.duration ?? Infinity));
  const allHeard = () => codesOf(trial()).every(isHeard);
  const isAnswered = (some) => some.stimuli.every((code) => answers[some.code]?.[code] !== undefined);

  function answer(code, vote) {
    (answers[trial().code] ??= {})[code] = vote;
    keep();
    show();
  }

  function answerPair(choice) {
    const [first, second] = trial().stimuli;
    answers[trial().code] = { [first]: choice === "a" ? 1 : choice === "b" ? 0 : 0.5, [second]: choice === "b" ? 1 : choice === "a" ? 0 : 0.5 };
    keep();
    show();
  }

  function keep() {
    saved = false;
    try {
      localStorage.setItem(kept, JSON.stringify({ who, at, answers, heard }));
    } catch {
      // a browser that keeps nothing: a reload begins anew
    }
  }

  function recall() {
    try {
      return JSON.parse(localStorage.getItem(kept)) ?? {};
    } catch {
      return {};
    }
  }

  function csv() {
    const rows = [["test", "kind", "participant", "trial", "place", "stimulus", "vote"]];
    for (const some of trials)
      some.stimuli.forEach((code, place) =>
        rows.push([data.test, data.kind, who, some.code, place + 1, code, answers[some.code][code]]));
    return rows.map((row) => row.join(",")).join("\r\n") + "\r\n";
  }

  // ---- pages

  function open(name) {
    for (const [other, page] of Object.entries(pages)) page.hidden = other !== name;
    one("[data-progress]").hidden = name !== "trial";
    pages[name].querySelector("h2")?.focus();
  }

  function begin(name) {
    who = name;
    trials = shuffled(data.trials, `${data.test}/${who}`).map((some) => ({
      ...some,
      stimuli: shuffled(some.stimuli, `${data.test}/${who}/${some.code}`),
    }));
    const before = recall();
    if (before.who === who) ({ at, answers, heard } = before);
    else [at, answers, heard] = [0, {}, {}];
    openTrial(Math.min(at, trials.length - 1));
  }

  async function openTrial(index) {
    if (isPlaying()) stop(0);
    const codes = codesOf(trials[index]);
    const sounds = await Promise.all(codes.map(decode));
    [at, restS] = [index, 0];
    buffers = new Map(codes.map((code, place) => [code, sounds[place]]));
    lengthS = Math.max(...[...buffers.values()].map((buffer) => buffer.duration));
    current = codes[0];
    one("[data-sounds]").replaceChildren(...(isMushra ? ratings() : pair()));
    show();
    open("trial");
  }

  function next() {
    if (!isAnswered(trial())) return;
    if (at + 1 < trials.length) return openTrial(at + 1);
    stop(0);
    open("end");
  }

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  function listenButton(code, label, key) {
    const state = make("span", { class: "state", "data-state": code });
    const button = make("button", { class: `listen${code === trial().reference ? " reference" : ""}`, "data-listen": code, "aria-pressed": "false" },
      make("span", { class: "letter" }, label), make("kbd", { "aria-hidden": "true" }, key), state);
    button.addEventListener("click", () => (current === code && isPlaying() ? stop(positionS()) : choose(code)));
    return button;
  }

  function ratings() {
    const rows = [];
    if (trial().reference) rows.push(make("div", { class: "sound" }, listenButton(trial().reference, "Reference", "0")));
    const scale = make("div", { class: "scale", "aria-hidden": "true" }, ...WORDS.map((word) => make("span", {}, word)));
    rows.push(make("div", { class: "sound" }, scale));
    trial().stimuli.forEach((code, index) => {
      const slider = make("input", { type: "range", min: "0", max: "100", step: "1", "aria-label": `Rating of sound ${letter(index)}, 0 to 100`, "data-rating": code });
      slider.value = answers[trial().code]?.[code] ?? 0;
      const set = () => answer(code, Number(slider.value));
      slider.addEventListener("input", set);
      slider.addEventListener("click", set); // 0 is a rating, too
      slider.addEventListener("keydown", (event) => event.key === "Home" && set());
      rows.push(make("div", { class: "sound" }, listenButton(code, letter(index), String(index + 1)), slider, make("output", { "data-said": code })));
    });
    return rows;
  }

  function pair() {
    const buttons = make("div", { class: "pair" }, ...trial().stimuli.map((code, index) => listenButton(code, letter(index), String(index + 1))));
    if (trial().reference) buttons.prepend(listenButton(trial().reference, "Reference", "0"));
    const choices = [["a", "A"], ...(data.no_difference ? [["n", "No difference"]] : []), ["b", "B"]];
    const given = answers[trial().code]?.[trial().stimuli[0]];
    const field = make("fieldset", { "data-choices": "" }, make("legend", {}, "Your answer"), ...choices.map(([value, label]) => {
      const radio = make("input", { type: "radio", name: "choice", value });
      radio.checked = given !== undefined && { a: 1, n: 0.5, b: 0 }[value] === given;
      radio.addEventListener("change", () => answerPair(value));
      return make("label", {}, radio, label);
    }));
    return [buttons, field];
  }

  function show() {
    if (!trials.length) return;
    const [playing, ready, done] = [isPlaying(), allHeard(), trials.filter(isAnswered).length];
    one("[data-count]").textContent = `Trial ${at + 1} of ${trials.length}`;
    const bar = one(".bar");
    bar.setAttribute("aria-valuenow", String(done));
    bar.firstElementChild.style.transform = `scaleX(${done / trials.length})`;
    const toggle = one("[data-toggle]");
    toggle.classList.toggle("playing", playing);
    toggle.setAttribute("aria-label", playing ? "Pause" : "Play");
    one("[data-loop]").setAttribute("aria-pressed", String(looping));
    for (const button of document.querySelectorAll("[data-listen]"))
      button.setAttribute("aria-pressed", String(playing && button.dataset.listen === current));
    for (const state of document.querySelectorAll("[data-state]")) state.textContent = isHeard(state.dataset.state) ? "heard" : "";
    for (const slider of document.querySelectorAll("[data-rating]")) slider.disabled = !ready;
    for (const said of document.querySelectorAll("[data-said]")) said.textContent = answers[trial().code]?.[said.dataset.said] ?? "–";
    const choices = one("[data-choices]");
    if (choices) choices.disabled = !ready;
    one("[data-back]").disabled = at === 0;
    one("[data-next]").disabled = !isAnswered(trial());
    one("[data-next]").textContent = at + 1 < trials.length ? "Next" : "Finish";
    hint(ready);
    follow();
  }

  function hint(ready) {
    const left = codesOf(trial()).filter((code) => !isHeard(code)).length;
    const missing = trial().stimuli.filter((code) => answers[trial().code]?.[code] === undefined).length;
    const text = !ready
      ? `Listen to all sounds first: ${left} left.`
      : missing
        ? isMushra ? `Rate every sound: ${missing} left.` : "Now answer."
        : "";
    if (one("[data-hint]").textContent !== text) one("[data-hint]").textContent = text;
  }

  function follow() {
    one("[data-seek]").style.setProperty("--at", `${(100 * positionS()) / (lengthS || 1)}%`);
    one("[data-clock]").textContent = `${positionS().toFixed(1)} / ${lengthS.toFixed(1)} s`;
  }

  // ---- what is pressed

  function press(event) {
    if (pages.trial.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    const onButton = event.target.closest("button");
    const codes = trial().stimuli;
    if (/^[0-9]$/.test(key)) {
      const code = key === "0" ? trial().reference : codes[Number(key) - 1];
      if (!code) return;
      choose(code);
      const slider = one(`[data-rating="${code}"]:enabled`);
      (slider ?? one(`[data-listen="${code}"]`)).focus();
    } else if (key === " " && !onButton) isPlaying() ? stop(positionS()) : play(restS);
    else if (key === "l") setLoop(!looping);
    else if (key === "enter" && (!onButton || onButton.matches("[data-listen]"))) next();
    else if (!isMushra && ["a", "b", ...(data.no_difference ? ["n"] : [])].includes(key) && allHeard()) {
      one(`[data-choices] [value="${key}"]`).checked = true;
      answerPair(key);
    } else return;
    event.preventDefault();
  }

  function save() {
    const link = make("a", { href: URL.createObjectURL(new Blob([csv()], { type: "text/csv" })), download: `votes-${data.test}-${who.replace(/[^\p{L}\p{N}]+/gu, "-")}.csv` });
    link.click();
    saved = true;
    one("[data-saved]").textContent = `Saved as ${link.download}. Please send it back.`;
  }

  one("[data-begin]").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = one("#who").value.replace(/[^\p{L}\p{N} _.-]/gu, "").replace(/^[-. ]+/, "").trim();
    one("[data-wrong]").textContent = name ? "" : "Please use letters or digits.";
    if (name) begin(name);
  });
  one("[data-toggle]").addEventListener("click", () => (isPlaying() ? stop(positionS()) : play(restS)));
  one("[data-loop]").addEventListener("click", () => setLoop(!looping));
  one("[data-seek]").addEventListener("pointerdown", (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const toS = lengthS * Math.min(0.999, Math.max(0, (event.clientX - box.left) / box.width));
    if (isPlaying()) play(toS);
    else stop(toS);
  });
  one("[data-back]").addEventListener("click", () => at > 0 && openTrial(at - 1));
  one("[data-next]").addEventListener("click", next);
  one("[data-save]").addEventListener("click", save);
  one("[data-again]").addEventListener("click", () => openTrial(0));
  document.addEventListener("keydown", press);
  addEventListener("beforeunload", (event) => !pages.end.hidden && !saved && event.preventDefault());
  setInterval(() => {
    if (!isPlaying()) return;
    const before = allHeard();
    count();
    follow();
    if (allHeard() !== before || [...document.querySelectorAll("[data-state]")].some((s) => (s.textContent === "") === isHeard(s.dataset.state))) show();
  }, 60);

  async function start() {
    try {
      await decode(data.trials[0].stimuli[0]);
    } catch {
      return open("broken");
    }
    one("#who").value = recall().who ?? "";
    open("welcome");
  }
  start();
})();
