// Aliasing and peeling, step by step. A function of ten bits is a sum of a few signs (-1)^<k, m>. Read too thinly, many k
// look alike and share a bin. Whoever is alone in a bin is known by its signs, can be taken out of all other bins, and
// may leave somebody else alone there.

import { ACCENT, ACCENT_INK, CYCLE, GOOD, GRID, INK, MUTED, PAPER, SIGNAL, WARNING, beside, between, chance, explorable, h, handle, listed, number, press, shown, svg, text, words } from "./kit.js";

const BITS = 10, SIZE = 1 << BITS;
const MOST = 20; // coefficients: as many letters as a glance can keep apart
const INDICES = Array.from({ length: SIZE }, (_, k) => k);
const DELAYS = [0, ...Array.from({ length: BITS }, (_, i) => 1 << i)];
const QUIET = 6; // variances: more than noise shows, also where errors of what was taken out have piled up
const ROUNDING = 1e-18;
const SPARE = 8; // steps beyond K before giving up: with noise, one that was misread comes again

export const parameters = {
  K: number("coefficients K", 14, 2, MOST, 1),
  b: number("b: 2^b bins in a group", 3, 2, 4, 1),
  C: number("groups C", 3, 1, 4, 1),
  noise: number("noise of a sample", 0, 0, 0.3, 0.1, { hint: "standard deviation; the coefficients are between 0.5 and 1.5" }),
  seed: number("other luck", 9, 1, 60, 1),
  step: number("step", 1, 0, MOST + SPARE, 1, { hidden: true }),
  look: text("bin looked at", "", (asked) => /^([1-4]-([0-9]|1[0-5]))?$/.test(asked), { hidden: true, examples: ["1-0", "2-3"] }),
};

// ---------------------------------------------------------------------------------------------- bins

export function parity(x) {
  x ^= x >> 16;
  x ^= x >> 8;
  x ^= x >> 4;
  return (0x6996 >> (x & 15)) & 1; // bit i of 0x6996 is the parity of i
}

const sign = (k, delay) => (parity(k & delay) ? -1 : 1);

// Sums and differences, n times: out[k] = sum of x[m] (-1)^<k, m>.
export function fwht(x) {
  const out = [...x];
  for (let half = 1; half < out.length; half *= 2) {
    for (let i = 0; i < out.length; i++) {
      if (i & half) continue;
      const one = out[i], other = out[i + half];
      out[i] = one + other;
      out[i + half] = one - other;
    }
  }
  return out;
}

// The bin of k: bit i is the parity of column i AND k.
export const binOf = (columns, k) => columns.reduce((bin, column, i) => bin | (parity(column & k) << i), 0);

// Where a group reads: M l XOR delay for l = 0, 1, 2, ..., with M l the XOR of the columns that the bits of l select.
export const points = (columns, delay) =>
  columns.reduce((sums, column) => [...sums, ...sums.map((sum) => sum ^ column)], [0]).map((sum) => sum ^ delay);

// What the bins of a group show: values[delay][bin], each the transform of a few samples, divided by their number.
export const binValues = (f, columns, delays) =>
  delays.map((delay) => fwht(points(columns, delay).map((m) => f[m])).map((sum) => sum / (1 << columns.length)));

// How many of the columns are independent: for all to be, no XOR of some may be 0.
export function rank(columns) {
  const pivots = [];
  for (let rest of columns) {
    for (const pivot of pivots) rest = Math.min(rest, rest ^ pivot);
    if (rest) pivots.push(rest);
  }
  return pivots.length;
}

// Is a coefficient alone in *bin*, and which? *values* are those of the bin at all DELAYS, *variance* that of their noise.
export function decode(columns, bin, values, variance) {
  const limit = QUIET * variance + ROUNDING;
  const square = (numbers) => numbers.reduce((sum, value) => sum + value * value, 0) / numbers.length;
  if (square(values) <= limit) return { kind: "empty" };
  const k = DELAYS.reduce((bits, delay, p) => (values[p] * values[0] < 0 ? bits | delay : bits), 0); // a flip is a 1
  const straight = values.map((value, p) => value * sign(k, DELAYS[p]));
  const size = straight.reduce((sum, value) => sum + value, 0) / straight.length;
  const alike = square(straight.map((value) => value - size)) <= limit;
  return alike && binOf(columns, k) === bin ? { kind: "alone", k, size } : { kind: "several" };
}

// *values* [group][delay][bin] without a coefficient: its bin in every group changes.
const without = (groups, values, { k, size }) =>
  groups.map((columns, c) => values[c].map((row, p) => row.with(binOf(columns, k), row[binOf(columns, k)] - size * sign(k, DELAYS[p]))));

const readings = (groups, values, variance) =>
  groups.map((columns, c) => values[c][0].map((_, bin) => decode(columns, bin, values[c].map((row) => row[bin]), variance)));

// Peels until nobody is alone, or until *most* were taken out. Bins are asked in turn. Returns what was read in each step,
// [{c, bin, k, size}], and what the bins show and are before the first step and after each.
export function peel(groups, first, variance, most) {
  const events = [], states = [{ values: first, bins: readings(groups, first, variance) }];
  for (let last = -1; events.length < most; ) {
    const { values, bins } = states.at(-1), all = bins.flat();
    const at = all.findIndex(({ kind }, i) => i > last && kind === "alone"), again = all.findIndex(({ kind }) => kind === "alone");
    if (again < 0) break;
    last = at < 0 ? again : at;
    events.push({ c: Math.floor(last / bins[0].length), bin: last % bins[0].length, k: all[last].k, size: all[last].size });
    const next = without(groups, values, events.at(-1));
    states.push({ values: next, bins: readings(groups, next, variance) });
  }
  const left = states.at(-1).bins.flat().map(({ kind }) => kind);
  return { events, states, status: left.includes("alone") ? "going on" : left.includes("several") ? "stuck" : "done" };
}

const shownBy = (f, groups) => groups.map((columns) => binValues(f, columns, DELAYS));
const noiseOf = (noise, groups) => noise ** 2 / (1 << groups[0].length);

// From samples to coefficients: [[k, value], ...] by index, and whether everything is explained.
export function recover(f, groups, noise, most) {
  const { events, status } = peel(groups, shownBy(f, groups), noiseOf(noise, groups), most);
  const sums = new Map();
  for (const { k, size } of events) sums.set(k, (sums.get(k) ?? 0) + size);
  return { status, found: [...sums].sort((one, other) => one[0] - other[0]) };
}

// ---------------------------------------------------------------------------------------------- what is drawn by lot

// More coefficients, more columns and more groups only add to what was drawn: one bit more cuts each bin in two.
function lots({ K, b, C, noise, seed }) {
  const next = chance(seed), taken = new Set(), f = new Array(SIZE).fill(0);
  while (taken.size < K) taken.add(Math.floor(next() * SIZE));
  const size = chance(seed + 1000);
  const spectrum = [...taken].map((k, i) => {
    return { k, letter: String.fromCharCode(65 + i), colour: CYCLE[i % CYCLE.length], size: (0.5 + size()) * (size() < 0.5 ? -1 : 1) };
  });
  for (const { k, size } of spectrum) f[k] = size;
  const error = chance(seed + 2000); // the error belongs to the sample: reading it again gives the same
  const normal = () => Math.sqrt(-2 * Math.log(1 - error())) * Math.cos(2 * Math.PI * error());
  const groups = Array.from({ length: C }, (_, c) => {
    const draw = chance(seed + 3000 + 1000 * c), columns = [];
    while (columns.length < b) {
      const longer = [...columns, Math.floor(draw() * SIZE)];
      if (rank(longer) === longer.length) columns.push(longer.at(-1));
    }
    return columns;
  });
  return { spectrum, groups, f: fwht(f).map((value) => value + noise * normal()) };
}

export function compute(state) {
  const { K, b, C } = state;
  const { spectrum, groups, f } = lots(state);
  const { events, states, status } = peel(groups, shownBy(f, groups), noiseOf(state.noise, groups), K + SPARE);
  const total = events.length, step = Math.min(state.step, total), event = events[step - 1];
  const now = states[step], before = states[Math.max(0, step - 1)];
  const asked = /^(\d)-(\d+)$/.exec(state.look)?.slice(1).map(Number);
  const pinned = asked !== undefined && asked[0] <= C && asked[1] < 2 ** b; // else the lens follows the steps
  const { c, bin } = pinned ? { c: asked[0] - 1, bin: asked[1] } : (event ?? events[0] ?? { c: 0, bin: 0 });
  const seen = pinned ? now : before;
  const read = groups.map((columns) => new Set(DELAYS.flatMap((delay) => points(columns, delay))));
  const names = new Map(spectrum.map((one) => [one.k, one.letter]));
  return {
    spectrum, groups, events, total, step, event, read, status, // status is how it ends
    name: (k) => names.get(k) ?? "a wrong one",
    gone: new Set(events.slice(0, step).map(({ k }) => k)),
    kinds: now.bins.map((row) => row.map(({ kind }) => kind)),
    fresh: now.bins.map((row, g) => row.map(({ kind }, j) => kind === "alone" && before.bins[g][j].kind !== "alone")),
    members: groups.map((columns) => now.bins[0].map((_, j) => spectrum.filter(({ k }) => binOf(columns, k) === j))),
    glass: { c, bin, pinned, values: seen.values[c].map((row) => row[bin]), ...seen.bins[c][bin], folded: INDICES.filter((k) => binOf(groups[c], k) === bin) },
    samples: C * DELAYS.length * 2 ** b, different: new Set(read.flatMap((set) => [...set])).size,
  };
}

// ---------------------------------------------------------------------------------------------- words

const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);
const binary = (k) => k.toString(2).padStart(BITS, "0");
const inside = (data, c, bin) => data.members[c][bin].filter(({ k }) => !data.gone.has(k)).map(({ letter }) => letter);
const over = ({ step, total, status }) => step === total && status !== "done"; // ended without everything
const where = (c, bin) => `bin ${bin} of group ${c + 1}`;

// Where matters stand, as a clause: how many are known, and why it ends.
function standing({ K }, data) {
  const left = data.spectrum.filter(({ k }) => !data.gone.has(k));
  const known = K - left.length, wrong = [...data.gone].filter((k) => data.name(k) === "a wrong one").length;
  const more = wrong ? `, and ${wrong} that ${wrong === 1 ? "is" : "are"} none` : "";
  if (data.step < data.total) return `${known} of ${K} ${known === 1 ? "is" : "are"} known${more}`;
  if (data.status === "done") return left.length || wrong ? `Nothing is left but noise: ${known} of ${K} found${more}` : `Done: all ${K} are known`;
  if (data.status === "going on") return `Given up with ${known} of ${K} known${more}: noise is taken for coefficients`;
  const alone = data.members.flat().map((bin) => bin.filter((one) => left.includes(one))).some((bin) => bin.length === 1);
  const why = alone || !left.length ? "noise hides what is left" : `no bin has just one of ${left.length > 6 ? "them" : listed(left.map(({ letter }) => letter))}`;
  return `Stuck with ${known} of ${K} known${more}: ${why}`;
}

function verdict({ kind, size }, noise) {
  if (kind === "empty") return `empty: ${noise ? "only noise" : "0"} at every delay`;
  if (kind === "alone") return `alone: ${noise ? "nearly " : ""}one size, ${Math.abs(size).toFixed(2)}, at every delay`;
  return "several: the size changes with the delay";
}

export function describe(state, data) {
  const { spectrum, events, kinds, glass, event, step } = data;
  const spelled = ({ k, size }) => `the signs spell ${binary(k)}, index ${k}, and the value is ${signed(size)}`;
  const alone = kinds.flat().filter((kind) => kind === "alone").length, held = inside(data, glass.c, glass.bin);
  const first = event
    ? `Step ${step}: ${data.name(event.k)} is read in ${where(event.c, event.bin)}; ${spelled(event)}.`
    : `${state.K} coefficients fall into ${state.C} group${state.C > 1 ? "s" : ""} of ${2 ** state.b} bins, ` +
      `and ${alone === 1 ? "one bin holds" : `${alone || "no"} bins hold`} just one.`;
  const second = () => {
    if (glass.pinned) {
      const whom = `${held.length > 1 ? "are" : "is"} ${held.length ? listed(held) : "nobody"}`;
      return `In ${where(glass.c, glass.bin)}, where ${glass.folded.length} indices fold, ${whom}: ${verdict(glass, state.noise).split(": ")[1]}.`;
    }
    if (!event) return data.total ? `To be read first: ${where(glass.c, glass.bin)}, where ${spelled(glass)}.` : "So there is nothing to begin with.";
    if (state.C === 1) return "There is no other group to take it out of.";
    const fresh = data.fresh.flatMap((row, c) => row.flatMap((is, bin) => (is ? [`${listed(inside(data, c, bin)) || "something"} alone in ${where(c, bin)}`] : [])));
    return fresh.length ? `Taken out of the other groups, it leaves ${listed(fresh)}.` : "It is taken out of the other groups too, and nobody new is alone there.";
  };
  const read = (k) => events.slice(0, step).reduce((sum, one) => sum + (one.k === k ? one.size : 0), 0);
  const errors = spectrum.filter(({ k }) => data.gone.has(k)).map(({ k, size }) => Math.abs(size - read(k)));
  const off = state.noise && errors.length ? `, errors up to ${shown(Math.max(...errors), 2)}` : "";
  return `${first} ${second()} ${standing(state, data)}; ${data.different} of ${shown(SIZE)} values read${off}.`;
}

// ---------------------------------------------------------------------------------------------- picture

const WIDE = 480;
const MARKS = { empty: ["M4 0a4 4 0 1 0-8 0a4 4 0 1 0 8 0", MUTED], alone: ["M-5-5h10v10h-10z", GOOD], several: ["M-4-4l8 8m0-8l-8 8", WARNING] };
const mark = (kind, x, y) => {
  const [d, stroke] = MARKS[kind];
  return h("path", { d, transform: `translate(${x} ${y})`, fill: kind === "alone" ? GOOD : "none", stroke, "stroke-width": 2 });
};
const middle = { "text-anchor": "middle" }, bold = { "font-weight": 700 };

function chip(x, y, one, { gone = false, now = false, r = 10 } = {}) {
  const ring = now ? { stroke: ACCENT, "stroke-width": 3 } : gone ? { stroke: MUTED, "stroke-dasharray": "2 3" } : { stroke: one.colour, "stroke-width": 2 };
  return h("g", { key: one.letter },
    h("circle", { cx: x, cy: y, r, fill: gone ? PAPER : one.colour, "fill-opacity": gone ? 1 : 0.16, ...ring }),
    now && gone && h("path", { d: `M${x - r} ${y + r}L${x + r} ${y - r}`, stroke: "#f0b088", "stroke-width": 2 }),
    words(x, y + 5, one.letter, { ...middle, ...bold, fill: gone && !now ? MUTED : INK }));
}
// The coefficients in the order in which they are read; dragging goes back and forth.
function way(state, data, set) {
  const slots = Math.max(state.K, data.total), x = between(0, slots, 22, WIDE - 16), r = Math.min(10, (x(1) - x(0)) / 2 - 0.5);
  const letter = (i) => data.spectrum.find(({ k }) => k === data.events[i].k) ?? { letter: "!", colour: WARNING };
  const knob = [h("rect", { x: x(data.step) - 18, y: 60, width: 36, height: 36, fill: "transparent" }), h("circle", { cx: x(data.step), cy: 78, r: 9, fill: SIGNAL })];
  return h("g", {},
    h("line", { x1: x(0), x2: x(slots), y1: 78, y2: 78, stroke: MUTED, "stroke-width": 2 }),
    Array.from({ length: slots }, (_, i) => i < data.step
      ? h("g", { key: i }, chip(x(i + 1), 54, letter(i), { r, now: i === data.step - 1 }))
      : over(data) ? h("g", { key: i }, mark("several", x(i + 1), 54)) : h("circle", { key: i, cx: x(i + 1), cy: 54, r: 3, fill: MUTED })),
    data.total > 0 && h("g", { key: "knob", ...handle({
      label: "step", value: data.step, low: 0, high: data.total, words: `step ${data.step}`,
      from: (at) => ((at.x - x(0)) / (x(slots) - x(0))) * slots, to: (step) => set({ step }),
    }) }, knob));
}

function bins(state, data, set) {
  const { glass, event } = data, count = 2 ** state.b, across = Math.min(8, count), wide = 464 / across;
  const inRow = Math.floor((wide - 6) / 23), rows = Math.max(1, ...data.members.flat().map((all) => Math.ceil(all.length / inRow)));
  const tall = 36 + 23 * rows, group = 26 + (tall + 4) * (count / across), top = 122;
  const cell = (c, bin) => {
    const x = 8 + (bin % across) * wide, y = top + c * group + 22 + Math.floor(bin / across) * (tall + 4), kind = data.kinds[c][bin];
    const here = glass.c === c && glass.bin === bin, stuck = kind === "several" && over(data);
    const [fill, stroke, width] = stuck ? ["#fdecef", WARNING, 1] : kind === "alone" ? ["#e6f5ed", GOOD, 2] : [PAPER, "#8f8f8f", 1];
    const frame = here ? { stroke: glass.pinned ? SIGNAL : ACCENT, "stroke-width": 3 } : { stroke, "stroke-width": width, "stroke-dasharray": stuck ? "5 3" : null };
    const held = inside(data, c, bin), pinned = here && glass.pinned;
    const label = `group ${c + 1}, bin ${bin}: ${kind}${held.length ? `, ${listed(held)}` : ""}`;
    return h("g", { key: `${c}-${bin}`, ...press(label, () => set({ look: pinned ? "" : `${c + 1}-${bin}` }), pinned) },
      h("rect", { x, y, width: wide - 4, height: tall, rx: 4, fill, ...frame }),
      words(x + 5, y + 16, bin, { fill: MUTED, "font-size": 13 }),
      data.fresh[c][bin] && words(x + wide / 2 - 2, y + tall - 5, "new", { ...middle, fill: ACCENT_INK, ...bold }),
      mark(kind, x + wide - 13, y + 12),
      data.members[c][bin].map((one, i) => {
        const gone = data.gone.has(one.k), now = event?.k === one.k;
        return chip(x + 15 + (i % inRow) * 23, y + 35 + Math.floor(i / inRow) * 23, one, { gone, now });
      }));
  };
  const bottom = top + state.C * group + 6, full = between(0, SIZE, 8, 470);
  const alone = [...new Set(data.fresh.flatMap((row, c) => row.flatMap((is, bin) => (is ? inside(data, c, bin) : []))))];
  const next = alone.length ? `: now ${listed(alone)} ${alone.length > 1 ? "are" : "is"} alone` : `, ${standing(state, data)}`;
  const title = data.step === data.total ? standing(state, data).replace(/^(Stuck|Given|Nothing)(.*?):.*/, "$1$2")
    : event ? `${data.name(event.k)} is out${next}` : "Who is alone in a bin?";
  return svg(WIDE, bottom + 40,
    words(8, 24, title, { ...bold, "font-size": 18, fill: over(data) ? WARNING : INK }),
    way(state, data, set),
    ["empty: zero-ton", "alone: single-ton", "several: multi-ton"].map((said, i) => [mark(said.split(":")[0], 15 + 148 * i, 107), words(26 + 148 * i, 112, said)]),
    data.groups.map((columns, c) => [
      words(8, top + c * group + 16, `Group ${c + 1}: bin of k = its parities with ${columns.join(", ")}`),
      Array.from({ length: count }, (_, bin) => cell(c, bin)),
    ]),
    h("rect", { x: 8, y: bottom, width: full(SIZE) - 8, height: 12, fill: GRID }),
    h("rect", { x: 8, y: bottom, width: full(data.different) - 8, height: 12, fill: SIGNAL }),
    words(8, bottom + 32, `${data.different} of ${shown(SIZE)} values read${data.samples > data.different ? ` (${data.samples} asked, some twice)` : ""}`));
}

const SIDE = 32, CELL = 7; // the maps: index = 32 row + column
const cells = (x, y, indices, fill) => h("path", { fill, d: [...indices].map((i) => `M${x + (i % SIDE) * CELL} ${y + Math.floor(i / SIDE) * CELL}h6v6h-6z`).join("") });

function lens(state, { spectrum, groups, glass, read, gone, event, name }) {
  const { values, kind, k } = glass, columns = groups[glass.c];
  const order = [0, ...DELAYS.slice(1).reverse()].map((delay) => DELAYS.indexOf(delay)); // so that the bits read as a number
  const at = (i) => (i ? 66 + 38 * i : 62), high = Math.max(1, ...values.map(Math.abs)), y = between(-high, high, 186, 66);
  const flipped = (p) => values[p] * values[0] < 0;
  const title = `Group ${glass.c + 1}, bin ${glass.bin}${!glass.pinned && event ? `, before ${name(event.k)} was taken out` : ""}`;
  const alone = kind === "alone", own = new Set(glass.folded), maps = 288;
  const fell = spectrum.filter((one) => own.has(one.k)), left = fell.some((one) => !gone.has(one.k));
  const nobody = !fell.length ? "Nobody has fallen in here." : left ? "What is in here is lost in the noise." : "Who was in here is known, and taken out.";
  const middleOf = (k) => [8 + ((k % SIDE) + 0.5) * CELL, maps + (Math.floor(k / SIDE) + 0.5) * CELL];
  const reading = alone ? `A flip is a 1: k = ${binary(k)} = ${k}, with value ${signed(glass.size)}` : "No index to read as long as they are mixed.";
  const hint = glass.pinned ? "press it again to follow the steps" : "press a bin to look into it";
  return svg(WIDE, 552,
    words(8, 24, title, { ...bold, "font-size": 18 }),
    mark(kind, 15, 43), words(28, 48, verdict(glass, state.noise), { "font-size": 16 }),
    [-1, 1].map((side) => h("line", { x1: 44, x2: 474, y1: y(side * values[0]), y2: y(side * values[0]), stroke: MUTED, "stroke-dasharray": "4 4" })),
    kind !== "empty" && words(4, y(Math.abs(values[0])) + 5, `±${Math.abs(values[0]).toFixed(2)}`, { fill: MUTED }),
    h("line", { x1: 44, x2: 474, y1: y(0), y2: y(0), stroke: INK }),
    order.map((p, i) => [
      h("rect", { x: at(i) - 11, width: 22, y: Math.min(y(0), y(values[p])), height: Math.abs(y(values[p]) - y(0)), fill: flipped(p) ? ACCENT : SIGNAL }),
      words(at(i), 208, DELAYS[p], { ...middle, fill: MUTED }),
      i > 0 && alone && words(at(i), 234, flipped(p) ? 1 : 0, { ...middle, ...bold, "font-size": 19, fill: flipped(p) ? ACCENT_INK : SIGNAL }),
    ]),
    words(4, 208, "delay", { fill: MUTED }), alone && words(4, 234, "bits"),
    words(8, 258, kind === "empty" ? nobody : reading),
    words(8, maps - 8, `${glass.folded.length} indices k fold in here`),
    words(252, maps - 8, `${read[glass.c].size} samples m of group ${glass.c + 1}`),
    [8, 252].map((x) => h("rect", { x, y: maps, width: SIDE * CELL, height: SIDE * CELL, fill: "#f1f1f1" })),
    cells(8, maps, own, "#9cc5e0"),
    spectrum.map((one) => {
      const [x, y] = middleOf(one.k);
      return own.has(one.k) ? chip(x, y, one, { gone: gone.has(one.k), now: alone && one.k === k }) : words(x, y + 5, one.letter, { ...middle, fill: MUTED });
    }),
    cells(252, maps, new Set(read.flatMap((set) => [...set])), "#bdbdbd"), cells(252, maps, read[glass.c], "#6aaed6"), cells(252, maps, points(columns, 0), "#084d85"),
    words(8, maps + 242, "k = 32 row + column", { fill: MUTED }), words(8, maps + 259, hint, { fill: MUTED }),
    words(252, maps + 242, "dark: delay 0; blue: the others;", { fill: MUTED }), words(252, maps + 259, "grey: other groups", { fill: MUTED }));
}

export const view = (state, data, set) => beside(bins(state, data, set), lens(state, data));

const actions = [
  { label: "Next", run: (state, data) => ({ step: data.step + 1 }), able: (state, data) => data.step < data.total },
  { label: "Back", run: (state, data) => ({ step: data.step - 1 }), able: (state, data) => data.step > 0 },
  { label: "To the end", run: () => ({ step: MOST + SPARE }), able: (state, data) => data.step < data.total }, // and stay there when b moves
];

export default explorable({ name: "sparse_wht", title: "Aliasing and peeling", parameters, compute, describe, view, actions });
