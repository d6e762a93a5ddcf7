// Match: a sound in, patches out, heard against each other.

import { html, useEffect, useMemo, useState } from "../parts/html.js";
import { api, attempt } from "../parts/api.js";
import { useEvent } from "../parts/events.js";
import { useDrop } from "../parts/drop.js";
import { Icon } from "../parts/icons.js";
import { useKeys } from "../parts/keys.js";
import { begin, sound_of, Start } from "../parts/match/start.js";
import { Answer, Progress } from "../parts/match/answers.js";
import { edit, Stage } from "../parts/match/stage.js";
import { isActive, job as known_job, jobs, keep } from "../parts/store.js";
import { fixed, seconds_text, sentence } from "../parts/words.js";
import * as player from "../parts/player.js";

const SHOWN = 5;
const NOTHING = "Nothing in the bank is like it yet";

export default function Match({ args }) {
  return args[0] ? html`<${Matching} key=${args[0]} id=${args[0]} />` : html`<${Start} />`;
}

// The best so far while a match runs, closest first: [{ take, distance }].
function useCandidates(id, told = []) {
  const [found, set] = useState([]);
  useEvent("candidate", (one) => one.job === id && set((all) => [...all, one]), [id]);
  return useMemo(() => {
    const all = new Map([...told, ...found].map((one) => [one.take, one]));
    return [...all.values()].sort((a, b) => a.distance - b.distance).slice(0, SHOWN);
  }, [told, found]);
}

const entry_of = (take) => `take-${take}`;

// The answers as they are shown, whether the match is done or not.
function listed(job, candidates) {
  if (!job?.result)
    return candidates.map((one, index) => ({
      take: one.take, entry: entry_of(one.take), lufs: one.lufs, cap: index + 1, far: one.distance,
      title: sentence(one.verdict), about: `${index ? "before that" : "closest so far"}, distance ${fixed(one.distance, 2)}`,
    }));
  return job.result.matches.map((one) => ({
    take: one.take, entry: entry_of(one.take), lufs: one.lufs, cap: one.rank, far: one.distance.logmel, distance: one.distance,
    title: sentence(one.verdict ?? `Distance ${fixed(one.distance.logmel, 2)}`),
    about: [one.detail || `found by ${one.found_by}`, one.knobs_only && "knobs only"].filter(Boolean).join(" · "),
  }));
}

// Takes of the bank that sound like one of them, in the form of `listed`.
async function similar_to(take) {
  const found = await attempt(api.get(`/takes/${take}/similar?limit=8`));
  return found?.takes.map(({ take: one, distance }, index) => ({
    take: one.number, entry: entry_of(one.number), lufs: one.lufs, cap: index + 1, far: distance,
    title: `Take ${one.number}`, about: one.searcher || "by hand",
  }));
}

// How loud answers are, by take: those that a match still looks at, and lists of takes, do not say it.
function useLoudness(answers) {
  const [known, set] = useState({});
  const asked = answers.filter((one) => !Number.isFinite(one.lufs) && !(one.take in known)).map((one) => one.take);
  useEffect(() => {
    for (const take of asked)
      attempt(api.get(`/takes/${take}`)).then((one) => one && set((all) => ({ ...all, [take]: one.lufs })));
  }, [asked.join()]);
  return (one) => one.lufs ?? known[one.take];
}

function Missing({ why }) {
  if (!why) return html`<div class="empty">Looking for this match …</div>`;
  return html`<div class="empty">
    <h1>This match cannot be shown</h1>
    <p>${sentence(why)}</p>
    <a class="button" href="#/match">Another sound</a>
  </div>`;
}

function Matching({ id }) {
  const job = jobs.value.get(id);
  const candidates = useCandidates(id, job?.candidates);
  const [sound, setSound] = useState(null);
  const [chosen, choose] = useState(null); // the entry of the answer on the stage
  const [similar, setSimilar] = useState(null); // { of, answers } instead of the match's own
  const [missing, miss] = useState(null);
  useEffect(() => void known_job(id).catch((error) => miss(error.message)), [id]);
  useEvent("restart", () => attempt(api.get(`/jobs/${id}`).then(keep)), [id]);
  useEffect(() => void (job && sound_of(job.request.sound).then(setSound)), [job?.request.sound]);
  const over = useDrop(begin);

  const own = useMemo(() => listed(job, candidates), [job?.result, candidates]);
  const answers = similar?.answers ?? own;
  const answer = answers.find((one) => one.entry === chosen) ?? answers[0];

  const lufs_of = useLoudness(answers);
  const levels = answers.map(lufs_of);
  useEffect(() => {
    if (!sound) return;
    const target = { key: "target", label: sound.name, url: `/sounds/${job.request.sound}/audio`, lufs: sound.lufs };
    const others = answers.map((one, index) => ({
      key: one.entry,
      label: `${one.cap} · ${one.title}`,
      url: `/takes/${one.take}/audio`,
      lufs: levels[index],
    }));
    player.open(`match-${id}`, [target, ...others]);
  }, [sound, answers, levels.join()]);
  useEffect(() => () => player.close(`match-${id}`), [id]);

  const hear = (entry) => {
    if (entry !== "target") choose(entry);
    if (player.playing.value) player.select(entry);
    else player.play({ key: entry, from: 0 });
  };
  const other = () => {
    if (!player.playing.value) return player.play();
    return hear(player.current.value === "target" ? answer?.entry ?? "target" : "target");
  };
  const step = (by) => () => {
    const order = ["target", ...answers.map((one) => one.entry)];
    const place = order.indexOf(player.current.value) + by;
    hear(order[Math.min(order.length - 1, Math.max(0, place))]);
  };
  useKeys([
    ["space", "Switch between your sound and the answer", other],
    ["0", "Hear your sound", () => hear("target")],
    ...answers.slice(0, 9).map((one) => [String(one.cap), one.cap === 1 ? "Hear an answer (1 to 9)" : "", () => hear(one.entry)]),
    ["arrowdown", "Next", step(1)],
    ["arrowup", "Previous", step(-1)],
    ["p", "Play or pause", player.toggle],
    ["e", "Edit the answer", () => answer && edit(answer.take)],
    ["escape", "Stop", () => (similar ? setSimilar(null) : player.stop())],
  ]);

  const more = async (take) => {
    const found = await similar_to(take);
    if (found) setSimilar({ of: take, answers: found });
  };
  if (!job) return html`<${Missing} why=${missing} />`;
  const facts = sound ? `${sound.name}, ${seconds_text(sound.seconds)}` : "";
  return html`<div class="matching">
    <aside>
      <header>
        ${
          similar
            ? html`<button class="button ghost" onClick=${() => setSimilar(null)}><${Icon} name="undo" />Back to the answers</button>`
            : html`<a class="button ghost" href="#/match"><${Icon} name="match" />${over ? "Let go" : "Another sound"}</a>`
        }
      </header>
      <ul class="answers">
        <${Answer} entry="target" cap="0" title="Your sound" about=${facts} onChoose=${() => hear("target")} />
        ${similar && html`<li class="between quiet small">${similar.answers.length ? `Like take ${similar.of}` : NOTHING}</li>`}
        ${answers.map((one) => html`<${Answer} key=${one.entry} ...${one} staged=${one === answer} onChoose=${() => hear(one.entry)} />`)}
      </ul>
      ${isActive(job) ? html`<${Progress} job=${job} onCancel=${() => attempt(api.post(`/jobs/${id}/cancel`))} />` : html`<${Ended} job=${job} />`}
    </aside>
    <${Stage} job=${job} sound=${sound} answer=${answer} all=${own.map((one) => one.distance ?? {})} onSimilar=${more} />
  </div>`;
}

const ENDED = { cancelled: "Stopped.", interrupted: "This match was interrupted.", failed: "This match failed." };

function Ended({ job }) {
  const resume = () => attempt(api.post(`/jobs/${job.id}/resume`).then(keep));
  const said = [ENDED[job.state], job.error?.message, ...(job.result?.remarks ?? []).map(sentence)].filter(Boolean);
  return html`<div class="ended small quiet">
    ${said.map((one) => html`<p>${one}</p>`)}
    ${["cancelled", "interrupted"].includes(job.state) && html`<button class="button" onClick=${resume}>Go on</button>`}
  </div>`;
}
