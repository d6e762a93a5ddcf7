// A painter that draws in a worker, so that the page answers while many points are drawn, or here where none can.

import { painterOf } from "./painters.js";

export class Distant {
  constructor(canvas) {
    if (!canvas.transferControlToOffscreen) return painterOf(canvas);
    this.worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    const given = canvas.transferControlToOffscreen();
    this.worker.postMessage({ canvas: given }, [given]);
  }

  load(x, y) {
    this.worker.postMessage({ load: [x, y] });
  }

  mark(groups, flags) {
    this.worker.postMessage({ mark: [groups, flags] });
  }

  draw(view) {
    this.worker.postMessage({ draw: [view] });
  }

  free() {
    this.worker.terminate();
  }
}
