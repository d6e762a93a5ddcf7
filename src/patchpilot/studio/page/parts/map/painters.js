// Points as discs, drawn by WebGL in one go, or on a plain canvas where a browser has no WebGL.
//
// Painters: `load(x, y)`, `mark(groups, flags)`, `draw(view)`, `free()`. A point has a group (its colour) and flags, which
// add up. A view: `x`, `y` in the middle, `unit` in pixels, `width`, `height`, `dense` (pixels of the screen for one of the
// page), `colours` of the groups ("#rrggbb") and the `radius` of a disc.

export const FAINT = 1; // another group is looked at
export const CHOSEN = 2; // larger, with a ring, above the others
const MOST_COLOURS = 16;

const VERTEX = `#version 300 es
in vec2 place;
in float group;
in float flags;
uniform vec2 scale;
uniform vec2 shift;
uniform float size;
uniform bool above;
uniform vec3 colours[${MOST_COLOURS}];
out vec4 colour;
out float ring;
out float wide;
void main() {
  bool faint = mod(flags, 2.0) >= 1.0;
  bool chosen = flags >= 2.0;
  gl_Position = chosen == above ? vec4(place * scale + shift, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  wide = chosen ? size + 5.0 : size + 1.0; // half a pixel more around it, for a soft edge
  gl_PointSize = wide;
  ring = chosen ? 2.5 / wide : 0.0;
  colour = vec4(colours[int(group)], faint && !chosen ? 0.12 : 0.85);
}`;
const FRAGMENT = `#version 300 es
precision highp float;
in vec4 colour;
in float ring;
in float wide;
out vec4 shown;
void main() {
  float far = length(gl_PointCoord - 0.5);
  float edge = clamp((0.5 - far) * wide, 0.0, 1.0);
  vec3 inside = far > 0.5 - ring ? vec3(1.0) : colour.rgb;
  float alpha = (ring > 0.0 ? 1.0 : colour.a) * edge;
  shown = vec4(inside * alpha, alpha);
}`;

// A painter for a canvas, which may belong to a worker.
export function painterOf(canvas) {
  const gl = canvas.getContext("webgl2", { antialias: false, depth: false, powerPreference: "low-power" });
  return gl ? new Graphics(canvas, gl) : new Plain(canvas, canvas.getContext("2d"));
}

class Graphics {
  #data = { places: new Float32Array(0), groups: new Uint8Array(0), flags: new Uint8Array(0) };
  #view = null;

  constructor(canvas, gl) {
    this.canvas = canvas;
    this.gl = gl;
    this.#begin();
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.#begin();
      for (const name of Object.keys(this.#data)) this.#fill(name);
      if (this.#view) this.draw(this.#view);
    });
  }

  load(x, y) {
    const places = new Float32Array(2 * x.length);
    for (let i = 0; i < x.length; i += 1) {
      places[2 * i] = x[i];
      places[2 * i + 1] = y[i];
    }
    this.#data.places = places;
    this.#fill("places");
    this.mark(new Uint8Array(x.length), new Uint8Array(x.length));
  }

  mark(groups, flags) {
    Object.assign(this.#data, { groups, flags });
    this.#fill("groups");
    this.#fill("flags");
  }

  draw(view) {
    this.#view = view;
    const { gl, at, canvas } = this;
    fit(canvas, view);
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const [across, up] = [(2 * view.unit) / view.width, (2 * view.unit) / view.height];
    gl.uniform2f(at.scale, across, up);
    gl.uniform2f(at.shift, -view.x * across, -view.y * up);
    gl.uniform1f(at.size, 2 * view.radius * view.dense);
    gl.uniform3fv(at.colours, view.colours.flatMap(parts));
    for (const isAbove of [0, 1]) {
      gl.uniform1i(at.above, isAbove);
      gl.drawArrays(gl.POINTS, 0, this.#data.flags.length);
    }
  }

  free() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #begin() {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new Error(gl.getProgramInfoLog(program));
    }
    gl.useProgram(program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const names = ["scale", "shift", "size", "above", "colours"];
    this.at = Object.fromEntries(names.map((name) => [name, gl.getUniformLocation(program, name)]));
    this.buffers = {
      places: this.#buffer(program, "place", 2, gl.FLOAT),
      groups: this.#buffer(program, "group", 1, gl.UNSIGNED_BYTE),
      flags: this.#buffer(program, "flags", 1, gl.UNSIGNED_BYTE),
    };
  }

  #buffer(program, name, size, kind) {
    const { gl } = this;
    const buffer = gl.createBuffer();
    const place = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, kind, false, 0, 0);
    return buffer;
  }

  #fill(name) {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffers[name]);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, this.#data[name], this.gl.DYNAMIC_DRAW);
  }
}

class Plain {
  constructor(canvas, pen) {
    this.canvas = canvas;
    this.pen = pen;
  }

  load(x, y) {
    [this.x, this.y] = [x, y];
    this.mark(new Uint8Array(x.length), new Uint8Array(x.length));
  }

  mark(groups, flags) {
    [this.groups, this.flags] = [groups, flags];
  }

  draw(view) {
    const { pen } = this;
    fit(this.canvas, view);
    pen.setTransform(view.dense, 0, 0, view.dense, 0, 0);
    pen.clearRect(0, 0, view.width, view.height);
    for (const isAbove of [false, true]) {
      for (let i = 0; i < this.x.length; i += 1) {
        if (this.flags[i] >= CHOSEN === isAbove) this.#disc(i, view, isAbove);
      }
    }
  }

  free() {}

  #disc(i, view, isAbove) {
    const { pen } = this;
    const left = view.width / 2 + (this.x[i] - view.x) * view.unit;
    const top = view.height / 2 - (this.y[i] - view.y) * view.unit;
    pen.globalAlpha = isAbove ? 1 : this.flags[i] === FAINT ? 0.12 : 0.85;
    pen.fillStyle = view.colours[this.groups[i]];
    pen.beginPath();
    pen.arc(left, top, isAbove ? view.radius + 2 : view.radius, 0, 2 * Math.PI);
    pen.fill();
    if (!isAbove) return;
    pen.strokeStyle = "#fff";
    pen.lineWidth = 1.5;
    pen.stroke();
  }
}

// The canvas as large as its view.
function fit(canvas, view) {
  const [width, height] = [Math.round(view.width * view.dense), Math.round(view.height * view.dense)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
}

// "#rrggbb" as three numbers, 0..1.
function parts(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
}
