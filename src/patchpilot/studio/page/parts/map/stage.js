// The picture of a map: points below, and above them what is few: rings, lines of a lineage, a ring that is drawn.
//
// It draws once a frame at most, and only if something changed.

import { Camera } from "./camera.js";
import { Distant } from "./distant.js";
import { gestures } from "./gestures.js";
import { CHOSEN, FAINT } from "./painters.js";
import { Places } from "./places.js";

const NEAR = 14; // pixels from a take at which it is pointed at

export class Stage {
  // Fills `box`, of whose left `inset` pixels are covered. `does`: pointed(i), picked(i, adds) (-1 is none), ringed([i, …],
  // adds).
  constructor(box, does, { inset = 0 } = {}) {
    this.camera = new Camera();
    this.camera.inset = inset;
    this.places = new Places(new Float32Array(0), new Float32Array(0));
    this.colours = ["#7f8894"];
    this.marks = { focus: -1, sounding: -1, lines: [] };
    this.drawsRings = false;
    this.ring = null;
    this.isDirty = false;
    this.box = box;
    this.below = box.appendChild(document.createElement("canvas"));
    this.above = box.appendChild(document.createElement("canvas"));
    this.painter = new Distant(this.below);
    this.pen = this.above.getContext("2d");
    this.stop = gestures(this.above, this.#gestures(does), () => this.drawsRings);
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(box);
    this.resize();
    this.camera.reset();
  }

  // Show these takes: places 0..1.
  load(x, y) {
    this.places = new Places(x, y);
    this.painter.load(x, y);
    this.groups = new Uint8Array(x.length);
    this.flags = new Uint8Array(x.length);
    this.draw();
  }

  // The group of each take, and the colours of the groups.
  colour(groups, colours) {
    [this.groups, this.colours] = [groups, colours];
    this.painter.mark(groups, this.flags);
    this.draw();
  }

  // Which takes are chosen, and which are there to be looked at at all.
  choose(chosen, isShown = () => true) {
    for (let i = 0; i < this.flags.length; i += 1) this.flags[i] = isShown(i) ? 0 : FAINT;
    for (const i of chosen) this.flags[i] |= CHOSEN;
    this.painter.mark(this.groups, this.flags);
    this.draw();
  }

  // `focus`, `sounding`: a take or -1; `lines`: [[from, to, generations away], …].
  mark(marks) {
    Object.assign(this.marks, marks);
    this.draw();
  }

  // The take that this place of the screen is near to, -1 for none; faint ones are as good as not there.
  at(left, top, reach = NEAR) {
    const [x, y] = this.camera.toMap(left, top);
    return this.places.nearest(x, y, reach / this.camera.unit, (i) => !(this.flags[i] & FAINT));
  }

  towards(i, right, up) {
    return this.places.towards(i, right, up, (k) => !(this.flags[k] & FAINT));
  }

  // The take nearest to the middle of what is seen.
  middle() {
    return this.at(this.camera.width / 2, this.camera.height / 2, 4 * Math.max(this.camera.width, this.camera.height));
  }

  reveal(i) {
    this.camera.reveal(this.places.x[i], this.places.y[i]);
    this.draw();
  }

  // Look at these takes only; at all without any.
  frame(some) {
    if (some.length) {
      const [x, y] = [some.map((i) => this.places.x[i]), some.map((i) => this.places.y[i])];
      const ends = (values, best) => values.reduce((a, b) => best(a, b));
      this.camera.frame(ends(x, Math.min), ends(y, Math.min), ends(x, Math.max), ends(y, Math.max));
    } else this.camera.reset();
    this.draw();
  }

  zoom(factor) {
    this.camera.zoomAt(factor);
    this.draw();
  }

  resize() {
    this.dense = Math.min(window.devicePixelRatio || 1, 2);
    this.camera.resize(this.box.clientWidth, this.box.clientHeight);
    this.above.width = Math.round(this.camera.width * this.dense);
    this.above.height = Math.round(this.camera.height * this.dense);
    this.draw();
  }

  draw() {
    if (this.isDirty) return;
    this.isDirty = true;
    requestAnimationFrame(() => {
      this.isDirty = false;
      if (!this.stop) return;
      const { x, y, unit, width, height } = this.camera;
      const { colours, dense } = this;
      this.painter.draw({ x, y, unit, width, height, colours, dense, radius: this.#radius() });
      this.#drawAbove();
    });
  }

  free() {
    this.stop();
    this.stop = null;
    this.watcher.disconnect();
    this.painter.free();
    this.below.remove();
    this.above.remove();
  }

  #gestures(does) {
    return {
      moved: (right, down) => {
        this.camera.pan(right, down);
        this.draw();
      },
      zoomed: (factor, left, top) => {
        this.camera.zoomAt(factor, left, top);
        this.draw();
      },
      pointed: (left, top) => does.pointed(left === null ? -1 : this.at(left, top)),
      picked: (left, top, { adds, reach }) => does.picked(this.at(left, top, reach), adds),
      drawn: (ring) => {
        this.ring = ring;
        this.draw();
      },
      ringed: (ring, { adds }) => {
        const around = ring.map(([left, top]) => this.camera.toMap(left, top));
        does.ringed(this.places.inside(around, (i) => !(this.flags[i] & FAINT)), adds);
      },
    };
  }

  // Few takes are large, many are small, and larger again where somebody looks closely.
  #radius() {
    const few = Math.min(120 / Math.sqrt(this.places.x.length + 1), 5.5);
    return Math.min(Math.max(few, 1.6) * Math.max(this.camera.zoom, 1) ** 0.4, 9);
  }

  #drawAbove() {
    const { pen, camera } = this;
    pen.setTransform(this.dense, 0, 0, this.dense, 0, 0);
    pen.clearRect(0, 0, camera.width, camera.height);
    for (const [from, to, far] of this.marks.lines) this.#line(from, to, Math.max(1 / far, 0.12));
    for (const [i, radius, colour] of [[this.marks.sounding, 9, "#ffd479"], [this.marks.focus, 12, "#ffffff"]]) {
      if (i >= 0) this.#circle(i, this.#radius() + radius - 4, colour);
    }
    if (!this.ring) return;
    pen.beginPath();
    for (const [left, top] of this.ring) pen.lineTo(left, top);
    pen.closePath();
    pen.fillStyle = "rgb(255 212 121 / 0.12)";
    pen.fill();
    pen.strokeStyle = "#ffd479";
    pen.lineWidth = 1.5;
    pen.stroke();
  }

  #circle(i, radius, colour) {
    const [left, top] = this.camera.toScreen(this.places.x[i], this.places.y[i]);
    this.pen.beginPath();
    this.pen.arc(left, top, radius, 0, 2 * Math.PI);
    this.pen.strokeStyle = colour;
    this.pen.lineWidth = 2;
    this.pen.stroke();
  }

  // From a take to one that was made of it, with a head at its end.
  #line(from, to, alpha) {
    const { pen } = this;
    const [x0, y0] = this.camera.toScreen(this.places.x[from], this.places.y[from]);
    const [x1, y1] = this.camera.toScreen(this.places.x[to], this.places.y[to]);
    const long = Math.hypot(x1 - x0, y1 - y0);
    if (long < 1) return;
    const [right, down] = [(x1 - x0) / long, (y1 - y0) / long];
    const [x, y] = [x1 - right * (this.#radius() + 2), y1 - down * (this.#radius() + 2)];
    pen.globalAlpha = alpha;
    pen.strokeStyle = pen.fillStyle = "#ffd479";
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.lineTo(x, y);
    pen.stroke();
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x - right * 8 - down * 4, y - down * 8 + right * 4);
    pen.lineTo(x - right * 8 + down * 4, y - down * 8 - right * 4);
    pen.fill();
    pen.globalAlpha = 1;
  }
}
