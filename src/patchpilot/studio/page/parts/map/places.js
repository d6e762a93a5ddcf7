// Points of a plane that can be asked for: the nearest, the next one in a direction, those in a ring that was drawn.
//
// A grid of cells of a few points each, so that the nearest of 50,000 is found while a pointer moves.

const EACH = 4; // points of a cell, on average
const MOST_SIDE = 256;
const SPREAD = Math.SQRT1_2; // cosine of the half angle of "in that direction"

export class Places {
  // Of the points: x and y, Float32Array, 0..1.
  constructor(x, y) {
    this.x = x;
    this.y = y;
    this.side = Math.min(Math.max(Math.ceil(Math.sqrt(x.length / EACH)), 1), MOST_SIDE);
    this.starts = new Uint32Array(this.side * this.side + 1);
    this.order = new Uint32Array(x.length);
    const cells = new Uint32Array(x.length);
    for (let i = 0; i < x.length; i += 1) {
      cells[i] = this.#cell(y[i]) * this.side + this.#cell(x[i]);
      this.starts[cells[i] + 1] += 1;
    }
    for (let cell = 0; cell < this.side * this.side; cell += 1) this.starts[cell + 1] += this.starts[cell];
    const next = this.starts.slice();
    for (let i = 0; i < x.length; i += 1) this.order[next[cells[i]]++] = i;
  }

  // The point nearest to a place within a radius, -1 where there is none; `counts(i)` says which of them count.
  nearest(x, y, radius, counts = () => true) {
    let found = -1;
    let least = radius * radius;
    const [left, right] = [this.#cell(x - radius), this.#cell(x + radius)];
    for (let row = this.#cell(y - radius); row <= this.#cell(y + radius); row += 1) {
      const end = this.starts[row * this.side + right + 1];
      for (let at = this.starts[row * this.side + left]; at < end; at += 1) {
        const i = this.order[at];
        const far = (this.x[i] - x) ** 2 + (this.y[i] - y) ** 2;
        if (far < least && counts(i)) [found, least] = [i, far];
      }
    }
    return found;
  }

  // The neighbour of a point to its right (1, 0), left, above (0, 1) or below; -1 where there is none. A point that is
  // a little aside counts as farther. Points at the very same place come one after another, so that none is skipped.
  towards(i, right, up, counts = () => true) {
    let found = -1;
    let least = Infinity;
    const isOnwards = right + up > 0;
    for (let k = 0; k < this.x.length; k += 1) {
      const across = this.x[k] - this.x[i];
      const along = this.y[k] - this.y[i];
      let far = Math.hypot(across, along);
      if (far === 0) {
        if (k === i || k > i !== isOnwards) continue;
        far = (Math.abs(k - i) - this.x.length) * 1e-12; // before all others, the next number first
      } else {
        const straight = (across * right + along * up) / far;
        if (straight < SPREAD) continue;
        far *= 3 - 2 * straight;
      }
      if (far < least && counts(k)) [found, least] = [k, far];
    }
    return found;
  }

  // The points inside a ring, [[x, y], …], which closes itself.
  inside(ring, counts = () => true) {
    const across = ring.map(([x]) => x);
    const along = ring.map(([, y]) => y);
    const box = [Math.min(...across), Math.max(...across), Math.min(...along), Math.max(...along)];
    const found = [];
    for (let i = 0; i < this.x.length; i += 1) {
      const [x, y] = [this.x[i], this.y[i]];
      if (x < box[0] || x > box[1] || y < box[2] || y > box[3] || !counts(i)) continue;
      if (isInside(ring, x, y)) found.push(i);
    }
    return found;
  }

  #cell(value) {
    return Math.min(Math.max(Math.floor(value * this.side), 0), this.side - 1);
  }
}

// Whether a line from the point to the right crosses the ring an odd number of times.
function isInside(ring, x, y) {
  let is = false;
  for (let a = 0, b = ring.length - 1; a < ring.length; b = a, a += 1) {
    const [ax, ay] = ring[a];
    const [bx, by] = ring[b];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) is = !is;
  }
  return is;
}
