// Where the modules of a rack go: in columns after what they hear, in an order in which few wires cross. A wire that
// passes columns has a lane in each of them, so that it runs behind no module (Sugiyama, Tagawa and Toda 1981).

export const WIDE = 148;
export const HEAD = 44; // height of a module's title
export const ROW = 22; // of each control below it
export const MOST_ROWS = 5;
const LANE = 12; // height of a wire that passes
const APART = 54; // between columns
const BETWEEN = 20; // between modules of a column
const EDGE = 14;
const TAIL = 34; // for what leaves the last column

// `graph`: { nodes: [{ name, controls }], wires: [{ source, target }] }. Answers { width, height, places, lanes }: places is
// a Map of name -> { x, y, height }, lanes one of wire -> [{ x, y }, …], the middles of its lanes.
export function layout({ nodes, wires }) {
  const { columns, segments, lanes } = withLanes(inColumns(nodes, wires), wires);
  for (let sweep = 0; sweep < 6; sweep += 1) untangle(columns, segments, sweep % 2 === 0);
  const tall = columns.map((column) => column.reduce((sum, one) => sum + one.height + BETWEEN, -BETWEEN));
  const height = Math.max(...tall);
  const places = new Map();
  columns.forEach((column, index) => {
    let y = EDGE + (height - tall[index]) / 2;
    for (const one of column) {
      places.set(one.name, { x: EDGE + index * (WIDE + APART), y, height: one.height });
      y += one.height + BETWEEN;
    }
  });
  const middle = (name) => ({ x: places.get(name).x, y: places.get(name).y + LANE / 2 });
  return {
    width: 2 * EDGE + columns.length * (WIDE + APART) - APART + TAIL,
    height: 2 * EDGE + height,
    places,
    lanes: new Map([...lanes].map(([wire, names]) => [wire, names.map(middle)])),
  };
}

const heightOf = ({ controls }) => HEAD + ROW * Math.min(controls.length, MOST_ROWS + 1) + (controls.length ? 10 : 0);

// Each module one column after the last of those that it hears. A wire that goes back (a loop) counts for nothing.
function inColumns(nodes, wires) {
  const into = new Map(nodes.map(({ name }) => [name, []]));
  for (const { source, target } of wires) into.get(target)?.push(source);
  const depth = new Map();
  const visit = (name, above) => {
    if (depth.has(name)) return depth.get(name);
    if (above.has(name) || !into.has(name)) return -1;
    const found = 1 + Math.max(-1, ...into.get(name).map((source) => visit(source, new Set(above).add(name))));
    depth.set(name, found);
    return found;
  };
  const columns = [];
  for (const node of nodes) (columns[visit(node.name, new Set())] ??= []).push({ name: node.name, height: heightOf(node) });
  return Array.from(columns, (column) => column ?? []);
}

// The columns with lanes among the modules, and wires as segments from column to column: [from, to].
function withLanes(columns, wires) {
  const at = new Map(columns.flatMap((column, index) => column.map(({ name }) => [name, index])));
  const [segments, lanes] = [[], new Map()];
  wires.forEach((wire, number) => {
    let last = wire.source;
    const names = [];
    for (let index = at.get(wire.source) + 1; index < at.get(wire.target); index += 1) {
      const name = `${number}/${index}`;
      columns[index].push({ name, height: LANE });
      segments.push([last, name]);
      names.push(name);
      last = name;
    }
    segments.push([last, wire.target]);
    lanes.set(wire, names);
  });
  return { columns, segments, lanes };
}

// Each column in the order of the middles of what stands before it, or after it.
function untangle(columns, segments, isForward) {
  const row = new Map(columns.flatMap((column) => column.map(({ name }, index) => [name, index - column.length / 2])));
  for (const column of isForward ? columns : columns.toReversed()) {
    const middle = ({ name }) => {
      const ends = segments.filter(([from, to]) => (isForward ? to : from) === name).map(([from, to]) => row.get(isForward ? from : to));
      return ends.length ? ends.reduce((a, b) => a + b) / ends.length : row.get(name);
    };
    const middles = new Map(column.map((one) => [one, middle(one)]));
    column.sort((a, b) => middles.get(a) - middles.get(b));
    column.forEach(({ name }, index) => row.set(name, index - column.length / 2));
  }
}
