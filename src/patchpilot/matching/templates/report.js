"use strict";
// Plays all sounds of the page at once, one of them audible, so that switching is a short fade at the same place.
// Without Web Audio, or if a sound cannot be decoded, the plain players of the page stay.
(() => {
  const FADE_S = 0.012;
  const RATE = 44100;
  const main = document.querySelector("main");
  const lengthS = Number(main.dataset.lengthS);
  const rows = [...document.querySelectorAll("[data-row]")];
  const transport = document.querySelector(".transport");
  const toggles = [...document.querySelectorAll("[data-play]")];
  const choices = [...document.querySelectorAll("[data-choose]")];
  const loopButton = document.querySelector("[data-loop]");
  const clock = document.querySelector(".clock");
  const status = document.querySelector("[data-status]");
  const players = [...document.querySelectorAll("[data-sound]")];
  const nameOf = (key) => players[key].getAttribute("aria-label");

  let context = null;
  let buffers = [];
  let voices = []; // what sounds now: {source, gain} of each sound
  let startedAt = 0; // time of the context at position 0
  let restS = 0; // position while paused
  let current = 0;
  let looping = false;

  const isPlaying = () => voices.length > 0;

  function positionS() {
    if (!isPlaying()) return restS;
    const elapsed = Math.max(0, context.currentTime - startedAt);
    return looping ? elapsed % lengthS : Math.min(elapsed, lengthS);
  }

  // Every buffer is as long as the time axis, so that looped sounds stay together.
  async function decode(audio) {
    const text = atob(audio.src.slice(audio.src.indexOf(",") + 1));
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const decoder = new OfflineAudioContext(2, 1, RATE);
    const sound = await decoder.decodeAudioData(bytes.buffer);
    const length = Math.max(1, Math.round(lengthS * RATE));
    const buffer = decoder.createBuffer(sound.numberOfChannels, length, RATE);
    for (let channel = 0; channel < sound.numberOfChannels; channel++) {
      buffer.copyToChannel(sound.getChannelData(channel).subarray(0, length), channel);
    }
    return buffer;
  }

  function voice(buffer, key, atS, fromS) {
    const gain = new GainNode(context, { gain: key === current ? 1 : 0 });
    const source = new AudioBufferSourceNode(context, { buffer, loop: looping });
    source.connect(gain).connect(context.destination);
    source.start(atS, fromS);
    return { source, gain };
  }

  function play(fromS) {
    context ??= new AudioContext();
    context.resume();
    silence();
    const atS = context.currentTime + 0.02;
    startedAt = atS - fromS;
    voices = buffers.map((buffer, key) => voice(buffer, key, atS, fromS));
    const started = voices;
    voices[0].source.onended = () => {
      if (voices === started) stop(0);
    };
    requestAnimationFrame(follow);
    show();
  }

  function silence() {
    const now = context.currentTime;
    for (const { source, gain } of voices) {
      gain.gain.setTargetAtTime(0, now, FADE_S / 4);
      source.stop(now + FADE_S);
    }
    voices = [];
  }

  function stop(atS) {
    if (isPlaying()) silence();
    restS = atS;
    show();
  }

  const toggle = () => (isPlaying() ? stop(positionS()) : play(restS));

  // Fade to a sound where the music is; start it if nothing plays.
  function choose(key) {
    current = key;
    if (!isPlaying()) return play(restS);
    const now = context.currentTime;
    voices.forEach(({ gain }, i) => {
      gain.gain.cancelScheduledValues(now);
      gain.gain.setValueAtTime(gain.gain.value, now);
      gain.gain.linearRampToValueAtTime(i === key ? 1 : 0, now + FADE_S);
    });
    show();
  }

  function setLoop(on) {
    const fromS = positionS();
    looping = on;
    if (isPlaying()) play(fromS);
    show();
  }

  function follow() {
    showPosition();
    if (isPlaying()) requestAnimationFrame(follow);
  }

  function showPosition() {
    main.style.setProperty("--at", String(positionS() / lengthS));
    clock.textContent = `${positionS().toFixed(2)} s`;
  }

  function show() {
    const playing = isPlaying();
    main.classList.toggle("started", playing || restS > 0);
    rows.forEach((row, key) => row.classList.toggle("current", key === current));
    choices.forEach((button, key) => button.setAttribute("aria-pressed", String(key === current)));
    toggles.forEach((button, key) => showButton(button, playing && key === current, ` ${nameOf(key)}`));
    showButton(transport.querySelector("[data-toggle]"), playing, "");
    loopButton.setAttribute("aria-pressed", String(looping));
    status.textContent = playing ? `Playing ${nameOf(current)}` : "Paused";
    showPosition();
  }

  function showButton(button, playing, what) {
    button.classList.toggle("playing", playing);
    button.setAttribute("aria-label", (playing ? "Pause" : "Play") + what);
  }

  function listenToMouse() {
    toggles.forEach((button, key) =>
      button.addEventListener("click", () => (key === current ? toggle() : choose(key))));
    choices.forEach((button, key) => button.addEventListener("click", () => choose(key)));
    transport.querySelector("[data-toggle]").addEventListener("click", toggle);
    loopButton.addEventListener("click", () => setLoop(!looping));
    for (const picture of document.querySelectorAll("[data-seek]")) {
      picture.addEventListener("click", (event) => {
        const box = picture.getBoundingClientRect();
        current = Number(picture.dataset.seek);
        play(lengthS * Math.min(0.999, Math.max(0, (event.clientX - box.left) / box.width)));
      });
    }
  }

  function seekBy(stepS) {
    const atS = Math.min(0.999 * lengthS, Math.max(0, positionS() + stepS));
    if (isPlaying()) play(atS);
    else stop(atS);
  }

  function listenToKeys() {
    const keys = { l: () => setLoop(!looping), ArrowLeft: () => seekBy(-0.1), ArrowRight: () => seekBy(0.1) };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const busy = event.target.closest("button, a, summary, input, .scroll");
      if (/^[0-9]$/.test(event.key) && Number(event.key) < buffers.length) choose(Number(event.key));
      else if (event.key === " " && !busy) toggle();
      else if (keys[event.key.length === 1 ? event.key.toLowerCase() : event.key] && !event.target.closest(".scroll"))
        keys[event.key.length === 1 ? event.key.toLowerCase() : event.key]();
      else return;
      event.preventDefault();
    });
  }

  async function start() {
    document.documentElement.classList.add("js");
    try {
      buffers = await Promise.all(players.map(decode));
    } catch {
      document.documentElement.classList.remove("js");
      return;
    }
    transport.hidden = false;
    listenToMouse();
    listenToKeys();
    show();
  }

  start();
})();
