// Takes that are pointed at are heard, one after another, each from its beginning and as loud as the others.

import { audioOf, LEVEL_LUFS, nameOf, take } from "../said.js";
import * as player from "../player.js";

const DECK = "map";
const PAUSE_MS = 70; // a pointer that only passes by starts nothing
const KEPT = 6; // takes in the deck: the last can be heard again at once

export class Hearing {
  #recent = [];
  #timer = 0;
  #asked = 0;

  // After a moment, unless another one was pointed at; -1 or null calls it off.
  soon(number) {
    clearTimeout(this.#timer);
    if (number > 0) this.#timer = setTimeout(() => this.now(number), PAUSE_MS);
  }

  // At once, from its beginning; a failure is silent, for somebody else may just have removed it.
  async now(number) {
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    const one = await take(number).catch(() => null);
    if (!one || asked !== this.#asked) return;
    const key = String(number);
    const entry = { key, label: nameOf(one), url: audioOf(number), lufs: one.lufs };
    this.#recent = [...this.#recent.filter((other) => other.key !== key), entry].slice(-KEPT);
    player.open(DECK, this.#recent, { level: LEVEL_LUFS });
    await player.play({ key, from: 0, once: true });
  }

  free() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    player.close(DECK);
  }
}

// The take of the map that is heard now, 0 for none.
export function sounding() {
  return player.playing.value && player.deck.value.name === DECK ? Number(player.current.value) : 0;
}
