// What the colours of a map say: a group for each take, and a legend.

const NAMED = ["#56b4e9", "#e69f00", "#2bb38a", "#d98cb8", "#f0e442", "#ff7a45", "#a493ff"];
const GREY = "#7f8894"; // all of them stand out from the page by 3 to 1, and from each other to all eyes
const AGES = [
  ["newest fifth", "#fde725"], ["newer", "#7ad151"], ["middle", "#22a884"], ["older", "#4d8fb8"], ["oldest fifth", "#8f74c9"],
];
const VOTES = [["yes", "#2bb38a", 1], ["no", "#ff7a45", -1], ["no vote", GREY, 0]];

export const BY = [["vote", "Vote"], ["tag", "Tag"], ["searcher", "Searcher"], ["age", "Age"]];

// `map` as the server tells it, `by` one of BY. Answers { groups, legend }: a number for each take, which names a row of
// the legend; rows are { word, colour, count }.
export function coloured(map, by) {
  const { groups, words } = { vote: byVote, age: byAge, tag: byName, searcher: byName }[by](map, by);
  const counts = new Uint32Array(words.length);
  for (const group of groups) counts[group] += 1;
  return { groups, legend: words.map(([word, colour], group) => ({ word, colour, count: counts[group] })) };
}

function byVote({ vote }) {
  const places = VOTES.map(([, , value]) => value);
  return { groups: Uint8Array.from(vote, (value) => places.indexOf(value)), words: VOTES };
}

function byAge({ age_s: ages }) {
  const order = Array.from(ages.keys()).sort((a, b) => ages[a] - ages[b]);
  const groups = new Uint8Array(ages.length);
  order.forEach((i, place) => {
    groups[i] = Math.floor((place * AGES.length) / ages.length);
  });
  return { groups, words: AGES };
}

// The commonest have a colour, what is left over is grey.
function byName(map, by) {
  const names = map[`${by}s`];
  const counts = new Uint32Array(names.length);
  for (const index of map[by]) if (index >= 0) counts[index] += 1;
  const ranked = Array.from(counts.keys()).filter((index) => counts[index]).sort((a, b) => counts[b] - counts[a]);
  const common = ranked.slice(0, NAMED.length);
  const words = common.map((index, place) => [names[index], NAMED[place]]);
  const others = words.push([ranked.length > common.length ? "others" : "none", GREY]) - 1;
  const group = new Uint8Array(names.length).fill(others);
  common.forEach((index, place) => {
    group[index] = place;
  });
  return { groups: Uint8Array.from(map[by], (index) => (index < 0 ? others : group[index])), words };
}
