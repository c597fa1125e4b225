// A direction x, the point of the pyramid S(3, K) that is nearest to it, and what that costs on average: left the points
// on an octahedron that swells into the sphere, right bits against error, below what is sent. The core (counts, indices,
// searches) works for any number N of entries; the picture needs N = 3.

import {
  ACCENT, ACCENT_INK, GOOD, GRID, INK, MUTED, PAPER, SHADE, SIGNAL, WARNING,
  beside, between, explorable, h, handle, number, place, shown, svg, words,
} from "./kit.js";

const MOST = 12; // pulses: 578 points
const LEVELS = 9; // of the scalar quantizer
const STEPS = 24; // of the quadrature, each way: 0.3 % off a fine one at most
const RAYS = 120; // corners of a cell's outline
const RADIUS = 190;

const degrees = { shown: (value) => minus(`${value}°`) };
export const parameters = {
  k: number("pulses K", 5, 1, MOST, 1),
  round: number("from octahedron to sphere", 100, 0, 100, 5, { unit: "%" }),
  around: number("direction x, around", 36, -180, 180, 0.5, degrees),
  up: number("direction x, up", 40, -90, 90, 0.5, degrees),
  turn: number("view, around", 25, -180, 180, 1, { hidden: true }),
  tilt: number("view, from above", 24, -90, 90, 1, { hidden: true }),
};

// ---------------------------------------------------------------------------------------------- counting, numbering

const remember = (make) => {
  const made = new Map();
  return (...key) => {
    const name = key.join();
    if (made.size > 99) made.clear(); // a view that is turned would fill it for ever
    if (!made.has(name)) made.set(name, make(...key));
    return made.get(name);
  };
};

// U(i, j) for i = 0..n, j = 0..k + 1: points of i entries and j pulses that begin with a negative entry.
const offsets = remember((n, k) => {
  const rows = [[1n, ...Array(k + 1).fill(0n)]];
  for (let i = 1; i <= n; i++) {
    const row = [0n];
    for (let j = 1; j <= k + 1; j++) row.push(rows[i - 1][j] + row[j - 1] + rows[i - 1][j - 1]);
    rows.push(row);
  }
  return rows;
});

// P(n, k): as many points begin with a positive entry as with a negative one; with a zero, U(n, k + 1) - U(n, k).
export const countPoints = (n, k) => offsets(n, k)[n][k] + offsets(n, k)[n][k + 1];

// Bits of an index, the least whole number that is enough.
export const bitsFor = (n, k) => (countPoints(n, k) === 1n ? 0 : (countPoints(n, k) - 1n).toString(2).length);

// The place of a point in the order of its first entry, +k, ..., +1, 0, -k, ..., -1, then of the second, and so on.
export function rank(point) {
  let left = point.reduce((sum, entry) => sum + Math.abs(entry), 0);
  const table = offsets(point.length, left);
  return point.reduce((index, entry, i) => {
    const row = table[point.length - i];
    const start = (entry < 0 ? row[left + 1] : 0n) + row[left - Math.abs(entry)];
    left -= Math.abs(entry);
    return index + start;
  }, 0n);
}

export function unrank(n, k, index) {
  let rest = BigInt(index);
  if (rest < 0n || rest >= countPoints(n, k)) throw new Error(`index must be from 0 to ${countPoints(n, k) - 1n}, got ${index}`);
  const table = offsets(n, k);
  let left = k;
  return Array.from({ length: n }, (_, i) => {
    const row = table[n - i];
    const negative = rest >= row[left + 1];
    if (negative) rest -= row[left + 1];
    let after = left; // pulses that later entries get
    while (row[after] > rest) after--;
    rest -= row[after];
    const entry = left - after;
    left = after;
    return negative ? -entry : entry;
  });
}

// ---------------------------------------------------------------------------------------------- searching

const signed = (x, sizes) => sizes.map((size, i) => (x[i] < 0 && size ? -size : size));
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
const unit = (a) => a.map((value) => value / Math.sqrt(dot(a, a)));
export const cosine = (x, y) => dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));

// The textbook's way: scale x until its magnitudes sum to k, round down, give what is left to the largest remainders.
export function project(x, k) {
  const sum = x.reduce((total, value) => total + Math.abs(value), 0);
  const wanted = x.map((value) => (k * Math.abs(value)) / sum);
  const sizes = wanted.map(Math.floor);
  const rest = wanted.map((value, i) => value - sizes[i]);
  for (let pulses = sizes.reduce((a, b) => a + b); pulses < k; pulses++) {
    const best = rest.indexOf(Math.max(...rest));
    sizes[best]++;
    rest[best]--;
  }
  return signed(x, sizes);
}

// The point with the largest cosine of all. Let c grow from 0: the point nearest to c |x| starts as flat as can be, then
// a pulse moves from j to a larger i at c = (y_i - y_j + 1) / (|x_i| - |x_j|). The best point is one of this path.
export function nearest(x, k) {
  const size = x.map(Math.abs), n = x.length;
  const first = size.map((_, i) => i).sort((i, j) => size[j] - size[i] || i - j);
  const y = Array(n).fill(Math.floor(k / n));
  for (let i = 0; i < k % n; i++) y[first[i]]++;
  let product = dot(size, y), square = dot(y, y);
  let best = y.slice(), bestProduct = product, bestSquare = square;
  for (;;) {
    let when = Infinity, to = -1, from = -1;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (!y[j] || !(size[i] > size[j])) continue;
        const c = (y[i] - y[j] + 1) / (size[i] - size[j]);
        if (c < when) (when = c), (to = i), (from = j);
      }
    }
    if (to < 0) return signed(x, best);
    product += size[to] - size[from];
    square += 2 * (y[to] - y[from] + 1);
    y[to]++;
    y[from]--;
    if (product * product * bestSquare > bestProduct * bestProduct * square) {
      best = y.slice();
      bestProduct = product;
      bestSquare = square;
    }
  }
}

// ---------------------------------------------------------------------------------------------- bits and errors

// Directions x >= y >= z >= 0, the 48th part of the sphere that signs and orders spread over all of it; weights sum to 1.
export const sector = remember((steps) => {
  const found = [];
  for (let i = 0; i < steps; i++) {
    const angle = (((i + 0.5) / steps) * Math.PI) / 4;
    const top = Math.sin(angle) / Math.hypot(1, Math.sin(angle)); // equal steps of z are equal areas
    for (let j = 0; j < steps; j++) {
      const z = (top * (j + 0.5)) / steps, width = Math.sqrt(1 - z * z);
      found.push({ x: [width * Math.cos(angle), width * Math.sin(angle), z], weight: top });
    }
  }
  const sum = found.reduce((total, { weight }) => total + weight, 0);
  return found.map(({ x, weight }) => ({ x, weight: weight / sum }));
});

const lost = (x, y) => (dot(y, y) ? 1 - cosine(x, y) ** 2 : 1); // of the squared length, with the best gain

// Mean of 1 - cos^2 over all directions in space.
export const pyramidError = remember((k) => sector(STEPS).reduce((sum, { x, weight }) => sum + weight * lost(x, nearest(x, k)), 0));

// The same if each entry goes to the middle of one of so many even cells of -1..1. Entries of a direction in space are
// spread evenly, so no other cells are better for an entry alone.
export const scalarError = remember((levels) => {
  const middle = (value) => ((Math.min(levels - 1, Math.floor(((value + 1) / 2) * levels)) + 0.5) * 2) / levels - 1;
  return sector(STEPS).reduce((sum, { x, weight }) => sum + weight * lost(x, x.map(middle)), 0);
});

// At any rate between: some directions with more levels, some with fewer.
export function scalarAt(rate) {
  const levels = Math.min(LEVELS - 1, Math.floor(2 ** rate + 1e-9));
  const low = Math.log2(levels), high = Math.log2(levels + 1);
  return between(low, high, scalarError(levels), scalarError(levels + 1))(rate);
}

export const rateOf = (k) => Math.log2(Number(countPoints(3, k))) / 3; // bits a number
// No so many directions do better: as if the sphere could be cut into so many round caps of equal area.
export const capBound = (count) => 2 / count - 4 / (3 * count * count);

export function compute({ k, around, up }) {
  const x = toDirection(around, up);
  const y = nearest(x, k), other = project(x, k);
  const count = Number(countPoints(3, k)), bits = bitsFor(3, k), index = Number(rank(y)), rate = rateOf(k);
  const code = index.toString(2).padStart(bits, "0"), read = unit(unrank(3, k, parseInt(code, 2)));
  return {
    x, y, count, bits, index, rate, code, back: read.map((entry) => entry * dot(x, read)), angle: angleTo(x, y), error: lost(x, y),
    projection: angleTo(x, other) > angleTo(x, y) + 1e-6 ? other : null, projectionAngle: angleTo(x, other),
    mean: pyramidError(k), bound: capBound(count), scalar: scalarAt(rate),
  };
}

// ---------------------------------------------------------------------------------------------- space

const turned = (angle) => (angle * Math.PI) / 180;
const toDegrees = (angle) => (angle * 180) / Math.PI;
const angleTo = (a, b) => toDegrees(Math.atan2(Math.sqrt(Math.max(0, lost(a, b))), cosine(a, b)));
export const toDirection = (around, up) => [
  Math.cos(turned(up)) * Math.cos(turned(around)), Math.cos(turned(up)) * Math.sin(turned(around)), Math.sin(turned(up))];
const toAngles = ([a, b, c]) => [toDegrees(Math.atan2(b, a)), toDegrees(Math.atan2(c, Math.hypot(a, b)))];
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

// Directions of a picture: to the right, up, to the eye.
export function axesOf(turn, tilt) {
  const eye = toDirection(turn, tilt), right = [-Math.sin(turned(turn)), Math.cos(turned(turn)), 0];
  return [right, cross(eye, right), eye];
}

// The body: where (1 - m) |q|_1 + m |q|_2 = 1; an octahedron for m = 0, a sphere for m = 1, never with a dent.
const gauge = ([a, b, c], m) => (1 - m) * (Math.abs(a) + Math.abs(b) + Math.abs(c)) + m * Math.sqrt(a * a + b * b + c * c);

// Whether the surface in direction q looks at the eye; on an edge, whether one of its faces does.
export function faces(q, eye, m) {
  const length = Math.sqrt(dot(q, q));
  let sum = 0;
  for (let i = 0; i < 3; i++) {
    sum += eye[i] * ((1 - m) * Math.sign(Math.abs(q[i]) < 1e-9 * length ? eye[i] : q[i]) + (m * q[i]) / length);
  }
  return sum > 1e-9;
}

// Where *before* stops being true.
function halve(low, top, before) {
  for (let i = 0; i < 30; i++) before((low + top) / 2) ? (low = (low + top) / 2) : (top = (low + top) / 2);
  return low;
}

// The direction of what is seen at (across, high), where the sphere has size 1; beside the body, of its outline.
export function under(across, high, turn, tilt, m) {
  const [right, upward, eye] = axesOf(turn, tilt), shrink = Math.max(1, Math.hypot(across, high));
  const at = (depth) => eye.map((value, i) => (across * right[i] + high * upward[i]) / shrink + depth * value);
  const edge = halve(-3, 3, (depth) => !faces(at(depth), eye, m)); // on this line of sight nothing is nearer to the body
  return unit(at(gauge(at(edge), m) < 1 ? halve(edge, 3, (depth) => gauge(at(depth), m) < 1) : edge));
}

// All points in the order of their indices.
const entries = (k) => [...Array.from({ length: k + 1 }, (_, i) => k - i), ...Array.from({ length: k }, (_, i) => i - k)];
const ends = (k) => (k ? [k, -k] : [0]);
export const pointsOf = remember((k) =>
  entries(k).flatMap((a) => entries(k - Math.abs(a)).flatMap((b) => ends(k - Math.abs(a) - Math.abs(b)).map((c) => [a, b, c]))));
const unitsOf = remember((k) => pointsOf(k).map(unit));

// The direction x >= y >= z >= 0 that fares worst, and its error. It is the middle of a circle through three points, so
// the three that are nearest to each of some directions are tried.
export const farthest = remember((k) => {
  const around = unitsOf(k).filter((_, i) => pointsOf(k)[i].every((entry) => entry >= -1));
  let found = { error: 0 };
  for (const { x } of sector(12)) {
    const three = [], cosines = [];
    for (const point of around) {
      const near = dot(x, point);
      if (three.length === 3 && near <= cosines[2]) continue;
      const at = cosines.filter((other) => other >= near).length;
      three.splice(at, 0, point), cosines.splice(at, 0, near);
      three.length = cosines.length = Math.min(3, three.length);
    }
    const [a, b, c] = three;
    const middle = unit(cross(b.map((value, i) => value - a[i]), c.map((value, i) => value - a[i]))).map(Math.abs).sort((one, other) => other - one);
    const error = lost(middle, nearest(middle, k));
    if (error > found.error) found = { x: middle, error };
  }
  return found;
});

// The outline of the directions that are nearest to point number *index*: along each ray from it, where another is as near.
export const cellOf = remember((k, index) => {
  const home = unitsOf(k)[index];
  const side = unit(cross(home, Math.abs(home[2]) < 0.8 ? [0, 0, 1] : [1, 0, 0])), other = cross(home, side);
  const rivals = unitsOf(k).map((point) => [1 - dot(point, home), dot(point, side), dot(point, other)]).filter(([gap]) => gap > 1e-9);
  rivals.sort(([gap], [next]) => gap - next);
  return ring(RAYS).map(([a, b]) => {
    let slope = Infinity;
    for (const [gap, along, beside] of rivals) {
      if (gap / (2 - gap) >= slope * slope) break; // at half its distance, no rival further off is as near
      if (a * along + b * beside > 0) slope = Math.min(slope, gap / (a * along + b * beside));
    }
    return unit(home.map((value, j) => value + slope * (a * side[j] + b * other[j])));
  });
});

// ---------------------------------------------------------------------------------------------- words

const minus = (said) => said.replace("-", "−");
const vector = (values, digits = 0) => `(${values.map((value) => minus(value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1"))).join(", ")})`;
const small = (value) => (value < 1e-6 ? "0" : shown(value, 3));
const sphere = (round) => (round === 100 ? "on the sphere" : round ? `pushed ${round} % of the way to the sphere` : "on the octahedron");

export function describe({ k, round, turn, tilt }, data) {
  const other = data.projection ? ` (the projection would take ${vector(data.projection)}, ${shown(data.projectionAngle)}° away)` : "";
  return `K = ${k}: ${data.count} points ${sphere(round)}, seen from ${minus(`${turn}`)}° around and ${minus(`${tilt}`)}° up; ${data.bits} bits name one. ` +
    `x = ${vector(data.x, 3)} is nearest to y = ${vector(data.y)}, index ${data.index} or ${data.code}: ` +
    `${small(data.angle)}° apart, error 1 − cos² = ${small(data.error)}${other}. ` +
    `The mean over all directions is ${small(data.mean)} at ${shown(data.rate)} bits a number; numbers rounded one by one leave ` +
    `${small(data.scalar)} at as many bits, and no ${data.count} directions leave less than ${small(data.bound)}.`;
}

// ---------------------------------------------------------------------------------------------- the picture

const ring = (count) => Array.from({ length: count }, (_, i) => [Math.cos((2 * Math.PI * i) / count), Math.sin((2 * Math.PI * i) / count)]);
const trail = (spots, close = "") => spots.map(([a, b], i) => `${i ? "L" : "M"}${Math.round(10 * a) / 10} ${Math.round(10 * b) / 10}`).join("") + close;
const path = (d, more) => h("path", { d, fill: "none", ...more });
const halo = { stroke: PAPER, "stroke-width": 4, "paint-order": "stroke" };
const diamond = (x, y, size) => `M${x} ${y - size}l${size} ${size}l${-size} ${size}l${-size} ${-size}Z`;
const mix = (share) => `rgb(${[0, 114, 178].map((value) => Math.round(255 + (value - 255) * share))})`; // white to SIGNAL

// Attributes of what two angles move: arrows for both, the pointer as *drag* says.
function grip({ label, said, state, names: [across, upward], step, set, drag }) {
  const put = (a, b) => set({ [across]: ((((a + 180) % 360) + 360) % 360) - 180, [upward]: Math.min(90, Math.max(-90, b)) });
  const basic = handle({ label, value: state[across], low: -180, high: 180, step, words: said, to: (a) => set({ [across]: a }) });
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 10], PageDown: [0, -10] };
  return {
    ...basic,
    onkeydown: (event) => {
      if (!(event.key in arrows)) return basic.onkeydown(event);
      const [a, b] = arrows[event.key];
      put(state[across] + a * step, state[upward] + b * step);
      event.preventDefault();
      event.stopPropagation();
    },
    onpointerdown: (event) => {
      basic.onpointerdown(event);
      event.currentTarget.pqGrip = { at: place(event), across: state[across], upward: state[upward] };
    },
    onpointermove: (event) => event.currentTarget.hasPointerCapture(event.pointerId) && put(...drag(place(event), event.currentTarget.pqGrip)),
  };
}

const projector = (round, turn, tilt) => {
  const m = round / 100, [right, upward, eye] = axesOf(turn, tilt);
  const spot = (q, size = gauge(q, m) / RADIUS) => [240 + dot(right, q) / size, 246 - dot(upward, q) / size];
  return { m, right, upward, eye, spot, visible: (q) => faces(q, eye, m) };
};

// What stays where it is while x and K move: the outline, and edges behind and in front.
const frame = remember((round, turn, tilt) => {
  const { m, right, upward, spot, visible } = projector(round, turn, tilt);
  const corners = [0, 1, 2].flatMap((i) => [[right[i], upward[i]], [-right[i], -upward[i]]]).filter(([a, b]) => Math.hypot(a, b) > 0.01);
  const sights = [...ring(60), ...corners].sort((p, q) => Math.atan2(p[1], p[0]) - Math.atan2(q[1], q[0]));
  const outline = trail(sights.map(([a, b]) => spot(under(9 * a, 9 * b, turn, tilt, m))), "Z");
  const edges = ["", ""];
  for (const [i, j] of [[0, 1], [1, 2], [2, 0]]) {
    const around = ring(96).map((q) => [0, 1, 2].map((axis) => (axis === i ? q[0] : axis === j ? q[1] : 0)));
    for (let s = 0; s < 96; s += 2) edges[visible(around[s + 1]) ? 1 : 0] += trail([spot(around[s]), spot(around[(s + 2) % 96])]);
  }
  return { outline, edges };
});

// The points, as lines of no length with round ends: behind, then in front and ever nearer to the eye.
const dots = remember((k, round, turn, tilt) => {
  const { m, eye, spot, visible } = projector(round, turn, tilt);
  const layers = ["", "", "", "", ""];
  for (const point of pointsOf(k)) {
    const depth = dot(eye, point) / gauge(point, m);
    layers[visible(point) ? 1 + Math.min(3, Math.max(0, Math.floor(depth * 4))) : 0] += `${trail([spot(point)])}h0`;
  }
  return layers.map((spots, i) => path(spots, {
    stroke: i ? mix(0.52 + 0.12 * i) : "#b4bfc7", "stroke-width": (6 + 11 / k) * (i ? 0.8 + 0.1 * i : 0.6), "stroke-linecap": "round" }));
});

function body(state, data, set) {
  const { k, round, turn, tilt } = state, { m, spot, visible } = projector(round, turn, tilt);
  const { outline, edges } = frame(round, turn, tilt), [behind, ...before] = dots(k, round, turn, tilt);
  const cell = cellOf(k, data.index), home = unit(data.y);
  const mixed = (q, share) => home.map((value, i) => value + share * (q[i] - value));
  const toOutline = (q) => (visible(q) ? q : mixed(q, halve(0, 1, (share) => visible(mixed(q, share)))));
  const ahead = visible(data.x), [a, b] = spot(data.x), [c, d] = spot(data.y);
  const away = Math.hypot(a - c, b - d) > 1 ? Math.atan2(b - d, a - c) : -Math.PI / 4;
  const label = (said, [left, top], angle, fill) => words(left + 24 * Math.cos(angle), top + 24 * Math.sin(angle) + 7, said, {
    "text-anchor": "middle", "font-size": 21, "font-weight": 700, "font-style": "italic", fill, ...halo });
  const arc = Array.from({ length: 13 }, (_, i) => spot(mixed(data.x, i / 12)));
  const missed = data.projection && spot(data.projection);
  const arm = ahead ? {} : { "stroke-dasharray": "4 4" };

  return svg(480, 480,
    words(240, 27, `${data.count} points: which is nearest to x?`, { "text-anchor": "middle", "font-size": 20, "font-weight": 600 }),
    path(edges[0], { stroke: "#c3ccd2", "stroke-width": 1.5, "stroke-dasharray": "3 4" }),
    behind,
    path(outline, { fill: SHADE, "fill-opacity": 0.45, stroke: MUTED, "stroke-width": 1.5 }),
    visible(home) && path(trail(cell.map((q) => spot(toOutline(q))), "Z"), { key: "cell", fill: GOOD, "fill-opacity": 0.25, stroke: GOOD, "stroke-width": 1.5 }),
    path(edges[1], { stroke: MUTED, "stroke-width": 1.5 }),
    before,
    path(`M240 246L${a} ${b}`, { stroke: ACCENT, "stroke-width": 1.5, "stroke-dasharray": "3 5" }),
    path(trail(arc), { stroke: INK, "stroke-width": 2.5 }),
    missed && path(`M${missed[0] - 7} ${missed[1] - 7}l14 14m0 -14l-14 14`, { key: "missed", stroke: WARNING, "stroke-width": 3 }),
    missed && words(missed[0] + (missed[0] < a ? -13 : 13), missed[1] + 6, "projection", {
      key: "missed's name", "text-anchor": missed[0] < a ? "end" : "start", "font-size": 15, fill: WARNING, ...halo }),
    path(diamond(c, d, 11), { fill: visible(home) ? GOOD : PAPER, stroke: visible(home) ? PAPER : GOOD, "stroke-width": 2 }),
    h("circle", {
      key: "view", cx: 240, cy: 246, r: RADIUS + 12, fill: "transparent",
      ...grip({
        label: "view", said: `from ${turn} degrees around and ${tilt} up`, state, names: ["turn", "tilt"], step: 5, set,
        drag: ({ x, y }, from) => [Math.round(from.across - (x - from.at.x) * 0.4), Math.round(from.upward + (y - from.at.y) * 0.4)],
      }),
    }),
    label("y", [c, d], away + Math.PI, "#14703f"),
    label("x", [a, b], away, ACCENT_INK),
    h("g", {
      key: "x",
      ...grip({
        label: "direction x", said: `${state.around} degrees around, ${state.up} up, nearest to ${vector(data.y)}`, state, names: ["around", "up"], step: 0.5, set,
        drag: ({ x, y }) => toAngles(under((x - 240) / RADIUS, (246 - y) / RADIUS, turn, tilt, m)),
      }),
    }, h("circle", { cx: a, cy: b, r: 24, fill: "transparent" }),
      h("circle", { cx: a, cy: b, r: 9, fill: ahead ? ACCENT : PAPER, stroke: ahead ? PAPER : ACCENT, "stroke-width": 2, ...arm })),
    words(240, 472, `Drag x. Drag the ${m > 0.5 ? "ball" : "body"} to turn it.`, { "text-anchor": "middle", "font-size": 17, fill: MUTED }));
}

const toX = between(0.7, 3.2, 72, 466);
const LOWEST = 0.002;
const toY = (error) => between(Math.log(LOWEST), Math.log(0.75), 416, 60)(Math.log(Math.max(error, LOWEST)));
const PULSES = Array.from({ length: MOST }, (_, i) => i + 1);

const curves = remember(() => {
  for (const k of PULSES) farthest(k); // with the first picture, so that no step of a drag waits for it
  const rates = Array.from({ length: 51 }, (_, i) => 0.7 + i / 20);
  const bound = rates.map((rate) => [toX(rate), toY(capBound(8 ** rate))]);
  return {
    bound: trail(bound), reach: trail([...bound, [466, 416], [72, 416]], "Z"),
    scalar: trail(rates.map((rate) => [toX(rate), toY(scalarAt(rate))])),
    pyramid: trail(PULSES.map((k) => [toX(rateOf(k)), toY(pyramidError(k))])),
  };
});

function cost(state, data, set) {
  const { k } = state, { bound, reach, scalar, pyramid } = curves();
  const left = toX(data.rate), top = toY(data.mean), own = toY(data.error);
  const byRate = (rate) => PULSES.reduce((best, other) => (Math.abs(rateOf(other) - rate) < Math.abs(rateOf(best) - rate) ? other : best));
  const said = (x, y, line, more) => words(x, y, line, { "font-size": 17, ...more });
  const [side, anchor] = left < 140 ? [1, "start"] : [-1, "end"]; // where there is room for words
  const now = { fill: ACCENT_INK, "font-weight": 600, ...halo };
  const square = (x, y) => h("rect", { x: x - 4.5, y: y - 4.5, width: 9, height: 9, fill: PAPER, stroke: MUTED, "stroke-width": 2 });
  const disc = (x, y) => h("circle", { cx: x, cy: y, r: 4.5, fill: SIGNAL });
  const legend = [
    ["each number rounded", (x, y) => [path(`M${x - 16} ${y}h32`, { stroke: MUTED, "stroke-width": 2 }), square(x, y)]],
    ["pyramids, 1 to 12 pulses", (x, y) => [path(`M${x - 16} ${y}h32`, { stroke: SIGNAL, "stroke-width": 2.5 }), disc(x, y)]],
  ];
  return svg(480, 480,
    words(240, 27, `${shown(data.rate)} bits a number: mean error ${small(data.mean)}`, { "text-anchor": "middle", "font-size": 20, "font-weight": 600 }),
    [0.3, 0.1, 0.03, 0.01, 0.003].map((error) => [path(`M72 ${toY(error)}H466`, { stroke: GRID }), said(64, toY(error) + 6, error, { "text-anchor": "end" })]),
    [1, 1.5, 2, 2.5, 3].map((rate) => [path(`M${toX(rate)} 416v6`, { stroke: MUTED }), said(toX(rate), 441, rate, { "text-anchor": "middle" })]),
    said(269, 466, "bits a number, (log₂ P) / 3", { "text-anchor": "middle" }),
    said(8, 54, "error 1 − cos²"),
    path(reach, { fill: SHADE, "fill-opacity": 0.6 }),
    path(bound, { stroke: MUTED, "stroke-width": 2, "stroke-dasharray": "7 5" }),
    ["out of reach:", "no P directions", "leave less"].map((line, i) => said(116, 342 + 22 * i, line, { fill: MUTED })),
    path(scalar, { stroke: MUTED, "stroke-width": 2 }),
    [2, 3, 4, 5, 6, 7, 8, 9].map((levels) => square(toX(Math.log2(levels)), toY(scalarError(levels)))),
    path(pyramid, { stroke: SIGNAL, "stroke-width": 2.5 }),
    PULSES.map((other) => disc(toX(rateOf(other)), toY(pyramidError(other)))),
    path(`M${left} ${top}V${own}`, { stroke: ACCENT, "stroke-width": 2, "stroke-dasharray": "2 4" }),
    path(`M${left - 9} ${own}h18`, { stroke: ACCENT, "stroke-width": 4 }),
    own < top ? said(Math.min(left, 436), Math.min(own, toY(scalarAt(data.rate - 0.2))) - 10, "this x", { ...now, "text-anchor": "middle" })
      : said(left + side * 14, Math.max(own + 6, top + 40), "this x", { ...now, "text-anchor": anchor }),
    said(left + side * 14, top + (side < 0 ? 17 : -12), `K = ${k}`, { ...now, "text-anchor": anchor }),
    h("g", {
      key: "k",
      ...handle({ label: "pulses K", value: k, low: 1, high: MOST, words: `${k}, mean error ${small(data.mean)}`,
        from: ({ x }) => byRate(between(72, 466, 0.7, 3.2)(x)), to: (next) => set({ k: next }) }),
    }, h("circle", { cx: left, cy: top, r: 22, fill: "transparent" }),
      path(diamond(left, top, 12), { fill: ACCENT, stroke: PAPER, "stroke-width": 2 })),
    legend.map(([line, draw], i) => [draw(216, 66 + 23 * i), said(250, 72 + 23 * i, line)]));
}

function message(data) {
  const box = (colour, name, value) => h("div", { style: `border-left:4px solid ${colour};padding:2px 10px` },
    h("div", { style: `font-size:14px;color:${MUTED}` }, name),
    h("div", { style: "font:600 16px/1.4 ui-monospace,'DejaVu Sans Mono',monospace;white-space:nowrap" }, value));
  return h("div", { style: "display:flex;flex-wrap:wrap;gap:8px 14px;padding:8px 4px" },
    box(ACCENT, "direction x", vector(data.x, 2)), box(GOOD, "nearest point y", vector(data.y)),
    box(SIGNAL, "its index", `${data.index} of ${data.count}`), box(SIGNAL, `sent, ${data.bits} bits`, data.code),
    box(GOOD, "read back, best length", vector(data.back, 2)), box(INK, "lost: sin² of the angle", `${small(data.error)}, ${small(data.angle)}°`));
}

export const view = (state, data, set) => [beside(body(state, data, set), cost(state, data, set)), message(data)];

// The direction that fares worst, in the corner of space and in the order of magnitudes that x has now.
function worst({ k }, { x }) {
  const order = [0, 1, 2].sort((i, j) => Math.abs(x[j]) - Math.abs(x[i]));
  const [around, up] = toAngles(x.map((value, i) => Math.sign(value || 1) * farthest(k).x[order.indexOf(i)]));
  return { around: Math.round(2 * around) / 2, up: Math.round(2 * up) / 2 };
}
const moves = (state, next) => Object.keys(next).some((key) => next[key] !== state[key]);
const look = ({ around, up }) => ({ turn: Math.round(around), tilt: Math.round(up) });

export default explorable({
  name: "pyramid", title: "Directions without a list", parameters, compute, describe, view,
  actions: [
    { label: "x into a gap", run: worst, able: (state, data) => moves(state, worst(state, data)) },
    { label: "Look at x", run: look, able: (state) => moves(state, look(state)) },
  ],
});
