// Where somebody looks at a plane: what is in the middle, and how large a unit is.
//
// Places of the map are 0..1, y upwards; the screen's are CSS pixels from the top left, y downwards. A unit is as long
// in both directions, so that distances look as they are.

const FILLED = 0.9; // of the shorter side, when all is in view
const MOST_ZOOM = 400;

export class Camera {
  constructor() {
    this.x = 0.5;
    this.y = 0.5;
    this.zoom = 1;
    this.width = 1;
    this.height = 1;
    this.inset = 0; // pixels on the left that something else covers
  }

  // Pixels that a unit of the map takes.
  get unit() {
    return Math.min(this.width, this.height) * FILLED * this.zoom;
  }

  resize(width, height) {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
  }

  // All of it in view again, beside what covers its left where there is room.
  reset() {
    this.zoom = 1;
    const room = Math.max(0, (this.width - this.unit) / 2);
    this.x = 0.5 - Math.min(room, Math.max(0, this.inset - room)) / this.unit;
    this.y = 0.5;
  }

  toScreen(x, y) {
    return [this.width / 2 + (x - this.x) * this.unit, this.height / 2 - (y - this.y) * this.unit];
  }

  toMap(left, top) {
    return [this.x + (left - this.width / 2) / this.unit, this.y - (top - this.height / 2) / this.unit];
  }

  // Move by pixels, as if the plane were dragged.
  pan(right, down) {
    this.x = bounded(this.x - right / this.unit, -0.2, 1.2);
    this.y = bounded(this.y + down / this.unit, -0.2, 1.2);
  }

  // Zoom by a factor; the place under a pixel stays there.
  zoomAt(factor, left = this.width / 2, top = this.height / 2) {
    const [x, y] = this.toMap(left, top);
    this.zoom = bounded(this.zoom * factor, 0.8, MOST_ZOOM);
    const [to, at] = this.toMap(left, top);
    this.x = bounded(this.x + x - to, -0.2, 1.2);
    this.y = bounded(this.y + y - at, -0.2, 1.2);
  }

  // Show these corners, with room around them.
  frame(left, bottom, right, top) {
    this.x = (left + right) / 2;
    this.y = (bottom + top) / 2;
    const wide = Math.max((right - left) / this.width, (top - bottom) / this.height, 1e-6);
    this.zoom = bounded((0.7 / wide) / (Math.min(this.width, this.height) * FILLED), 0.8, 40);
  }

  // Bring a place into view, if it is not, with the least way.
  reveal(x, y, margin = 48) {
    const [left, top] = this.toScreen(x, y);
    const right = bounded(left, margin, this.width - margin) - left;
    const down = bounded(top, margin, this.height - margin) - top;
    if (right || down) this.pan(right, down);
  }
}

function bounded(value, low, high) {
  return Math.min(Math.max(value, low), Math.max(low, high));
}
