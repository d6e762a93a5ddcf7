// The map as the server told it, and what was said of its takes since.

import { api } from "../api.js";

export class Atlas {
  constructor(told) {
    Object.assign(this, told);
    this.x = Float32Array.from(told.x);
    this.y = Float32Array.from(told.y);
    this.index = new Map(told.numbers.map((number, i) => [number, i]));
  }

  static async read(method) {
    return new Atlas(await api.get(`/map?method=${method}`));
  }

  // The place of a take among the arrays, -1 where the map does not have it.
  at(number) {
    return this.index.get(number) ?? -1;
  }

  numbersOf(places) {
    return places.map((i) => this.numbers[i]);
  }

  // What is known of a take without asking: for a pointer that passes by.
  words(i) {
    const searcher = this.searchers[this.searcher[i]];
    const tag = this.tags[this.tag[i]];
    const vote = { 1: "yes", "-1": "no" }[this.vote[i]];
    return [`Take ${this.numbers[i]}`, searcher, vote && `voted ${vote}`, tag && `tagged ${tag}`].filter(Boolean).join(" · ");
  }

  // A take was voted on or tagged, here or elsewhere; answers whether the map has it.
  said(one) {
    const i = this.at(one.number);
    if (i < 0) return false;
    this.vote[i] = { yes: 1, no: -1 }[one.vote] ?? 0;
    const tags = one.tags.map((name) => this.tags.indexOf(name));
    if (!tags.includes(this.tag[i])) {
      this.tag[i] = one.tags.length ? tags[0] : -1;
      if (one.tags.length && tags[0] < 0) this.tag[i] = this.tags.push(one.tags[0]) - 1;
    }
    return true;
  }
}

// Lines from takes to those that were made of them, out of the two trees of a lineage: [from, to, generations away].
export function linesOf({ number, ancestors, descendants }) {
  const lines = [];
  for (const [tree, isUp] of [[ancestors, true], [descendants, false]]) {
    const above = [number]; // who is one generation nearer, by generations
    for (const one of tree) {
      above[one.depth] = one.number;
      const near = above[one.depth - 1];
      if (one.number && near) lines.push(isUp ? [one.number, near, one.depth] : [near, one.number, one.depth]);
    }
  }
  return lines;
}
