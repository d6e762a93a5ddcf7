// A draft of the server as the page edits it: what is turned shows at once, goes to the server newest first, and comes
// back as sound.

import { signal } from "../html.js";
import { api, attempt } from "../api.js";
import { on } from "../events.js";
import { fetched } from "../sounds.js";
import { toast } from "../toasts.js";
import * as player from "../player.js";

export const hearing = signal(localStorage.getItem("patchpilot-hearing") !== "no"); // whether a change plays at once

export function hear(on) {
  hearing.value = on;
  localStorage.setItem("patchpilot-hearing", on ? "yes" : "no");
}

// A draft's state with a change that the server does not know yet.
function changed(state, { values, shapes }) {
  const lfos = state.lfos?.map((one) => ({ ...one, ...shapes[one.name] }));
  return { ...state, values: { ...state.values, ...values }, lfos };
}

export class Draft {
  constructor(id) {
    this.id = id;
    this.state = signal(null); // GET /drafts/{id}, with what was turned since
    this.missing = signal(null); // why it cannot be had
    this.buffer = signal(null);
    this.ready = signal(0); // the version that is heard
    this.waiting = []; // [{ values, shapes, drag }] not sent yet, a drag's turns as one
    this.sending = false;
    this.play_next = false; // whether the next sound that comes is to be played; "anew": from its beginning
    this.asked = null; // aborts the fetch of a sound that a newer one replaces
    this.off = [on("draft", (event) => event.id === id && this.told(event)), on("restart", () => this.load())];
  }

  close() {
    this.off.forEach((end) => end());
    this.asked?.abort();
  }

  async load() {
    try {
      this.receive(await api.get(`/drafts/${this.id}`));
      this.missing.value = null;
      await this.fetch(this.state.value);
    } catch (error) {
      this.missing.value = error.message;
    }
  }

  receive(answer) {
    if (answer.version < (this.state.value?.version ?? 0)) return answer;
    this.state.value = this.waiting.reduce(changed, answer);
    return answer;
  }

  // Turns parameters: { name: stored value }. All turns of one drag are one step of undo.
  turn(values, drag) {
    this.change({ values, shapes: {}, drag });
  }

  // Draws LFOs: { points, powers, is_smooth } of the one of a name.
  draw(name, shape, drag) {
    this.change({ values: {}, shapes: { [name]: shape }, drag });
  }

  change(change) {
    this.state.value = changed(this.state.value, change);
    const last = this.waiting.at(-1);
    if (last && last.drag === change.drag) {
      Object.assign(last.values, change.values);
      Object.assign(last.shapes, change.shapes);
    } else this.waiting.push({ ...change, values: { ...change.values } });
    this.play_next = hearing.value;
    this.send();
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    while (this.waiting.length) {
      const answer = await attempt(this.sent(this.waiting.shift()));
      if (answer) this.receive(answer);
      else {
        this.waiting = [];
        await attempt(api.get(`/drafts/${this.id}`).then((now) => this.replace(now)));
      }
    }
    this.sending = false;
  }

  sent({ values, shapes, drag }) {
    const [drawn] = Object.entries(shapes);
    if (drawn) return api.post(`/drafts/${this.id}/draw`, { slot: drawn[0], ...drawn[1], drag });
    return api.patch(`/drafts/${this.id}`, { values, drag });
  }

  // The server's draft, whatever is shown: after something that it refused.
  replace(answer) {
    this.state.value = null;
    this.receive(answer);
  }

  async settled() {
    while (this.sending) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  // POST /drafts/{id}/{what}; answers what the server said. `plays`: whether what comes of it is played, "anew" if from
  // its beginning.
  async act(what, body = {}, { plays = hearing.value } = {}) {
    await this.settled();
    if (plays) this.play_next = plays;
    const answer = await attempt(api.post(`/drafts/${this.id}/${what}`, body));
    if (!answer) return undefined;
    this.receive(answer.draft ?? answer);
    return answer;
  }

  told(event) {
    const now = this.state.value;
    if (!now) return;
    if (event.take !== undefined) this.state.value = { ...now, take: event.take };
    if (event.error) toast(event.error, { kind: "error" });
    if (event.ready) this.fetch(event);
    const is_behind = event.version > now.version && !this.sending && !this.waiting.length;
    if (is_behind) attempt(api.get(`/drafts/${this.id}`).then((answer) => this.receive(answer)));
  }

  // Fetches a version's sound and puts it where the one before it was. A first part is only of use to what begins.
  async fetch({ version, lufs, whole = true }) {
    if (version < this.ready.value || (!whole && player.playing.value && this.play_next !== "anew")) return;
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    try {
      const buffer = await fetched(`/drafts/${this.id}/audio?version=${version}&whole=${whole}`, { signal: asked.signal });
      if (asked.signal.aborted) return;
      this.ready.value = version;
      if (whole) this.buffer.value = buffer;
      player.swap("draft", buffer, lufs, this.state.value.seconds);
      if (this.play_next === "anew" || (this.play_next && !player.playing.value)) player.play({ key: "draft", from: 0, once: true });
      this.play_next = false;
    } catch (error) {
      if (error.name !== "AbortError" && error.status !== 409) attempt(Promise.reject(error));
    }
  }
}
