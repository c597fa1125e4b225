// A crowd in which everybody hides their item, the histogram that comes out all the same, and the dials it comes from.
//
// All three mechanisms are one: the user draws one of the dials, reads item mod hours on it, and lights a set of hours
// that holds this one more often than any other. GRR has one dial of k hours and lights one of them, SS lights more,
// MSS has several smaller dials. The library has all of this in polyquant.ldp; names here are as short as the lessons'.

import { number, choice, text, h, handle, press, svg, words, beside, between, counted, listed, shown, chance, explorable, INK, MUTED, GRID, SHADE, PAPER, SIGNAL, ACCENT, ACCENT_INK } from "./kit.js";

const MECHANISMS = { grr: "GRR: one item", ss: "SS: a subset", mss: "MSS: hours of one dial" };
const TRUTHS = { hills: "two hills", zipf: "Zipf's law", spike: "half the users have one item" };
// Four dials with 2 k hours in all: what search_moduli(k, ell=4, rho=2, epsilon=1) of the library finds. A test asks it again.
const DIALS = { 12: [3, 4, 5, 11], 24: [7, 9, 11, 20], 36: [9, 10, 19, 29], 48: [16, 19, 21, 37], 60: [20, 23, 27, 47] };
const numbersIn = (line) => (line.match(/\d+/g) ?? []).map(Number);
const goodDials = (line) => /^(\d{1,2}([ ,]+\d{1,2}){0,5})?$/.test(line) && numbersIn(line).every((m) => m >= 2 && m <= 60);

export const parameters = {
  mechanism: choice("mechanism", "mss", MECHANISMS),
  epsilon: number("privacy epsilon", 1, 0.25, 6, 0.25, { hint: "small: much privacy, much noise" }),
  doublings: number("users n", 3, -3, 10, 1, { hint: "1,000, doubled so many times", shown: (d) => shown(crowd(d)) }),
  k: number("items k", 24, 12, 60, 12),
  truth: choice("truth", "hills", TRUTHS),
  dials: text("your own dials", "", goodDials, { hint: "hours of 1 to 6 dials, 2 to 60 each; empty: four that suit k", examples: ["7, 9, 11", "8, 11, 23", "5, 6, 7, 11, 17, 23", "2, 3, 5"] }),
  item: number("the user's item", 17, 0, 59, 1, { hidden: true }),
  report: number("report", 5, 1, 999, 1, { hidden: true }),
  coins: number("coins of the crowd", 1, 1, 999, 1, { hidden: true }),
};

const crowd = (doublings) => Math.round(1000 * 2 ** doublings);
const sum = (list) => list.reduce((a, b) => a + b, 0);
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));

// ---------------------------------------------------------------------------------------------- design

// How many of m hours a set should hold: about m / (E + 1), that neighbour of it which gives less noise.
export function setSize(m, epsilon) {
  const low = Math.min(Math.max(Math.floor(m / (Math.exp(epsilon) + 1)), 1), m - 1);
  const high = Math.min(low + 1, m - 1);
  return spread(m, high, epsilon) < spread(m, low, epsilon) * (1 - 1e-12) ? high : low;
}

// n times the variance of an hour's share, if all hours are equally frequent.
const spread = (m, size, epsilon) => ((1 - 1 / m) * (size + m / Math.expm1(epsilon))) ** 2 / (size * (m - size));

// k items, epsilon, hours of the dials, sizes of the sets. *own* dials are for mss only.
export function design(mechanism, k, epsilon, own = []) {
  const dials = mechanism !== "mss" ? [k] : own.length ? own : DIALS[k];
  return { k, epsilon, dials, sizes: dials.map((m) => (mechanism === "grr" ? 1 : setSize(m, epsilon))) };
}

// Probability that a set of *size* of m hours holds the user's own hour, and another one; and the difference.
export function chances(m, size, epsilon) {
  const E = Math.exp(epsilon);
  const p = (size * E) / (size * E + m - size);
  return { p, q: (size - p) / (m - 1), gap: (size * (E - 1) * (m - size)) / ((size * E + m - size) * (m - 1)) };
}

// Probability that a user with *item* sends exactly this report: *hours* of dial number *dial*.
export function chanceOf({ epsilon, dials, sizes }, item, dial, hours) {
  const [m, size] = [dials[dial], sizes[dial]];
  const { p } = chances(m, size, epsilon);
  const own = hours.includes(item % m);
  return (own ? p / Number(binomials(m - 1, size - 1)) : (1 - p) / Number(binomials(m - 1, size))) / dials.length;
}

export function binomials(n, k) {
  let found = 1n;
  for (let i = 1n; i <= BigInt(k); i++) found = (found * (BigInt(n) - i + 1n)) / i;
  return found;
}

const bitsFor = (count) => (count > 1n ? (count - 1n).toString(2).length : 0); // that tell *count* things apart

// Bits of a report on each dial: which dial, then which of its sets.
export const reportBits = ({ dials, sizes }) => dials.map((m, j) => bitsFor(BigInt(dials.length)) + bitsFor(binomials(m, sizes[j])));

// A report as it is sent: the dial, then the rank of the set, C(z1, 1) + C(z2, 2) + ... for its hours z1 < z2 < ...
export function reportText({ dials, sizes }, dial, hours) {
  const rank = [...hours].sort((a, b) => a - b).reduce((total, z, i) => total + binomials(z, i + 1), 0n);
  const written = (value, bits) => (bits ? value.toString(2).padStart(bits, "0") : "");
  return [written(BigInt(dial), bitsFor(BigInt(dials.length))), written(rank, bitsFor(binomials(dials[dial], sizes[dial])))];
}

// ---------------------------------------------------------------------------------------------- dials

export const residues = (item, dials) => dials.map((m) => item % m);

// The Chinese remainder theorem, by turning: the only number below *period* with these hands.
export function readDials(hands, dials) {
  let [value, period] = [0, 1];
  dials.forEach((m, j) => {
    for (let turns = 0; value % m !== hands[j]; turns++, value += period) if (turns === m) throw new Error(`No number has the hands ${hands.join(", ")} on dials of ${dials.join(", ")} hours`);
    period *= m / divisor(period, m);
  });
  return { value, period };
}

const divisor = (a, b) => (b ? divisor(b, a % b) : a); // the greatest common one

// In how many of k directions a histogram can change so that the dials notice: their different roots of unity.
export const rank = (k, dials) => Math.min(k, new Set(dials.flatMap((m) => times(m, (r) => `${r / divisor(r, m)}/${m / divisor(r, m)}`))).size);

// The item nearest to *item* whose hand on a dial of m hours stands at *hour*; *item* itself if there is none.
export function nearest(item, hour, m, k) {
  const there = times(k, (x) => x).filter((x) => x % m === hour);
  return there.sort((a, b) => Math.abs(a - item) - Math.abs(b - item))[0] ?? item;
}

// ---------------------------------------------------------------------------------------------- server

const weights = ({ dials, sizes, epsilon }) => dials.map((m, j) => 1 / spread(m, sizes[j], epsilon));

// Sums over the items whose hand stands at each hour.
function fold(list, m) {
  const out = new Array(m).fill(0);
  for (let x = 0; x < list.length; x++) out[x % m] += list[x];
  return out;
}

// The inverse of A^T W A, k by k, which undoes that items share hours. Its entry depends on x - x' alone.
export function inverse(made) {
  const { k, dials } = made;
  if (rank(k, dials) < k) throw new Error(`Dials of ${dials.join(", ")} hours name ${readDials(dials.map(() => 0), dials).period} items, but with their counts one can solve only ${rank(k, dials)} of ${k} unknown shares: take more hours`);
  const heights = weights(made);
  const column = times(k, (d) => sum(heights.filter((_, j) => d % dials[j] === 0)));
  const a = times(k, (x) => Float64Array.from({ length: k }, (_, y) => column[Math.abs(x - y)]));
  for (let i = 0; i < k; i++) { // Gauss and Jordan, in place; positive definite, so it needs no other pivots
    const pivot = 1 / a[i][i];
    a[i][i] = 1;
    for (let y = 0; y < k; y++) a[i][y] *= pivot;
    for (let x = 0; x < k; x++) {
      const factor = a[x][i];
      if (x === i || factor === 0) continue;
      a[x][i] = 0;
      for (let y = 0; y < k; y++) a[x][y] -= factor * a[i][y];
    }
  }
  return a;
}

// Unbiased shares of all items from *lit*, how often each hour was lit, and *users*, how many drew each dial.
export function estimate(made, lit, users, G = inverse(made)) {
  if (users.some((n) => !n)) throw new Error("A dial was drawn by no user, so its hours say nothing: take more users");
  const support = weights(made).map((weight, j) => {
    const { q, gap } = chances(made.dials[j], made.sizes[j], made.epsilon);
    return lit[j].map((count) => (weight * (count / users[j] - q)) / gap);
  });
  const all = times(made.k, (x) => sum(support.map((hours, j) => hours[x % made.dials[j]])));
  return times(made.k, (x) => all.reduce((total, value, y) => total + G[x][y] * value, 0));
}

// Exact standard deviation of each of these, around the histogram *f* of n users, with n / l users to a dial.
export function deviations(made, n, f, G = inverse(made)) {
  const total = new Float64Array(made.k);
  weights(made).forEach((weight, j) => {
    const [m, size] = [made.dials[j], made.sizes[j]];
    const { p, q, gap } = chances(m, size, made.epsilon);
    // Second moments of (1[lit] - q) / gap: diag(alpha + gamma g) + constant + beta (g 1^T + 1 g^T), g the hours' shares
    const mixed = (p * (size - 1)) / (m - 1);
    const others = m > 2 ? (p * (size - 1) * (size - 2) + (1 - p) * size * (size - 1)) / ((m - 1) * (m - 2)) : 0;
    const constant = (others - q * q) / gap ** 2;
    const beta = (mixed - others - q * gap) / gap ** 2;
    const alpha = (q * (1 - q)) / gap ** 2 - constant;
    const gamma = (1 - 2 * q) / gap - 2 * beta;
    const g = fold(f, m);
    for (let x = 0; x < made.k; x++) {
      const lift = fold(G[x], m);
      let [all, held, own] = [0, 0, 0];
      for (let r = 0; r < m; r++) {
        all += weight * lift[r];
        held += weight * lift[r] * g[r];
        own += (weight * lift[r]) ** 2 * (alpha + (gamma + 1 / (n - 1)) * g[r]);
      }
      total[x] += own + constant * all * all + 2 * beta * all * held - (n / (n - 1)) * held * held;
    }
  });
  return f.map((share, x) => Math.sqrt(Math.max(0, (made.dials.length * total[x] - (n / (n - 1)) * share * (1 - share)) / n)));
}

// ---------------------------------------------------------------------------------------------- clients

// n whole users, as near to the law as can be.
export function histogram(truth, k, n) {
  const hill = (x, middle, width) => Math.exp(-(((x - middle * k) / (width * k)) ** 2) / 2);
  const laws = { zipf: (x) => 1 / (x + 1), hills: (x) => hill(x, 0.25, 0.08) + 0.6 * hill(x, 0.7, 0.06), spike: (x) => (x === k / 3 ? k - 1 : 1) };
  const heights = times(k, laws[truth]);
  const edges = times(k + 1, (x) => Math.round((n * sum(heights.slice(0, x))) / sum(heights)));
  return times(k, (x) => edges[x + 1] - edges[x]);
}

// One user's report with coins of her own: a dial, and a set of its hours. The set turns with her hand.
export function oneReport({ dials, sizes, epsilon }, item, seed) {
  const random = chance(seed * 7919);
  for (let i = 0; i < 3; i++) random(); // neighbouring seeds begin alike
  const dial = Math.floor(random() * dials.length);
  const [m, size] = [dials[dial], sizes[dial]];
  const steps = random() < chances(m, size, epsilon).p ? [0] : [];
  const rest = times(m - 1, (i) => i + 1);
  while (steps.length < size) steps.push(rest.splice(Math.floor(random() * rest.length), 1)[0]);
  return { dial, hours: steps.map((step) => (item + step) % m).sort((a, b) => a - b) };
}

// How often each hour of each dial is lit, and how many users drew each dial, if counts[x] users have item x. Exactly
// the law of so many single reports, at a cost that does not grow with the users.
export function simulate({ k, dials, sizes, epsilon }, counts, seed) {
  const random = chance(seed);
  const apart = dials.map(() => new Array(k).fill(0));
  counts.forEach((users, x) => {
    let left = users;
    dials.forEach((_, j) => (left -= apart[j][x] = binomial(left, 1 / (dials.length - j), random)));
  });
  const lit = dials.map((m, j) => litHours(fold(apart[j], m), sizes[j], chances(m, sizes[j], epsilon).p, random));
  return { lit, users: apart.map(sum) };
}

// A set is a uniform one, or (for a part of the users) one that is forced to hold their own hour. Walk over the hours
// with a ledger of how many users still have t hours to light; those whose own hour is ahead have one place less.
function litHours(own, size, p, random) {
  const m = own.length;
  const forced = own.map((users) => binomial(users, (p * m - size) / (m - size), random));
  const [ahead, behind] = [new Array(size + 1).fill(0), new Array(size + 1).fill(0)];
  let waiting = (ahead[size - 1] = sum(forced));
  behind[size] = sum(own) - waiting;
  const step = (ledger, places) => {
    let lit = 0;
    for (let t = 1; t <= size; t++) {
      const yes = binomial(ledger[t], t / places, random);
      ledger[t] -= yes;
      ledger[t - 1] += yes;
      lit += yes;
    }
    return lit;
  };
  return forced.map((arriving, r) => {
    let [left, pool] = [arriving, waiting];
    waiting -= arriving;
    const passing = ahead.map((users, t) => { // whose own hour this is: anyone of those ahead
      const drawn = hypergeometric(users, pool, left, random);
      pool -= users;
      left -= drawn;
      ahead[t] -= drawn;
      return drawn;
    });
    const lit = arriving + step(behind, m - r) + step(ahead, m - r - 1);
    passing.forEach((users, t) => (behind[t] += users));
    return lit;
  });
}

function binomial(n, p, random) {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const peak = Math.exp(lnChoose(n, mode) + mode * Math.log(p) + (n - mode) * Math.log1p(-p));
  return fromMode(mode, peak, 0, n, (i) => ((n - i) * p) / ((i + 1) * (1 - p)), random);
}

// How many of *own* are among *drawn* out of *all*.
function hypergeometric(own, all, drawn, random) {
  const [low, high] = [Math.max(0, drawn - all + own), Math.min(own, drawn)];
  if (low >= high) return high;
  const mode = Math.min(high, Math.max(low, Math.floor(((drawn + 1) * (own + 1)) / (all + 2))));
  const peak = Math.exp(lnChoose(own, mode) + lnChoose(all - own, drawn - mode) - lnChoose(all, drawn));
  return fromMode(mode, peak, low, high, (i) => ((own - i) * (drawn - i)) / ((i + 1) * (all - own - drawn + i + 1)), random);
}

// A number from low to high, from its likeliest value outwards; up(i) is P(i + 1) / P(i).
function fromMode(mode, peak, low, high, up, random) {
  let [left, a, b, pa, pb] = [random() - peak, mode, mode, peak, peak];
  while (left >= 0 && (a > low || b < high)) {
    if (b < high && (left -= pb *= up(b++)) < 0) return b;
    if (a > low && (left -= pa /= up(--a)) < 0) return a;
    if (pa + pb < 1e-18) break; // what is left of 1 is rounding
  }
  return mode;
}

const LN_FACTORIALS = [0]; // above, Stirling's series is as good
for (let i = 1; i < 256; i++) LN_FACTORIALS.push(LN_FACTORIALS[i - 1] + Math.log(i));
const lnFactorial = (n) => LN_FACTORIALS[n] ?? (n + 0.5) * Math.log(n) - n + Math.log(2 * Math.PI) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
const lnChoose = (n, k) => lnFactorial(n) - lnFactorial(k) - lnFactorial(n - k);

// ---------------------------------------------------------------------------------------------- numbers of the picture

const kept = new Map(); // the last of each kind: moving the hand changes no crowd
function keep(kind, key, make) {
  const asked = JSON.stringify(key);
  if (kept.get(kind)?.key !== asked) kept.set(kind, { key: asked, value: make() });
  return kept.get(kind).value;
}

export function compute(state) {
  const { mechanism, epsilon, doublings, k, truth, dials, coins } = state;
  const n = crowd(doublings);
  const item = Math.min(state.item, k - 1);
  const rivals = keep("designs", [k, epsilon, dials], () =>
    Object.keys(MECHANISMS).map((name) => {
      const made = design(name, k, epsilon, numbersIn(dials));
      return { name, made, G: inverse(made), bits: sum(reportBits(made)) / made.dials.length };
    }));
  const counts = keep("counts", [truth, k, n], () => histogram(truth, k, n));
  const f = counts.map((users) => users / n);
  const noise = keep("noise", [k, epsilon, dials, truth, n], () => rivals.map(({ made, G }) => deviations(made, n, f, G)));
  const at = Object.keys(MECHANISMS).indexOf(mechanism);
  const { made, G } = rivals[at];
  const tally = keep("tally", [mechanism, k, epsilon, dials, truth, n, coins], () => simulate(made, counts, coins));
  const estimated = keep("estimated", [mechanism, k, epsilon, dials, truth, n, coins], () => estimate(made, tally.lit, tally.users, G));
  const sigma = noise[at];
  const wound = made.dials.map((m, j) => { // what a dial alone says about the shares of its hours
    const { q, gap } = chances(m, made.sizes[j], epsilon);
    return tally.lit[j].map((count) => (count / tally.users[j] - q) / gap);
  });
  const hands = residues(item, made.dials);
  const { dial, hours } = oneReport(made, item, state.report);
  const likely = times(k, (x) => chanceOf(made, x, dial, hours));
  const spoken = likely.map((_, x) => hours.includes(x % made.dials[dial]));
  return {
    n, item, made, f, estimated, sigma, hands, period: readDials(hands, made.dials).period, wound, highest: Math.max(...made.dials.flatMap((m) => fold(f, m))),
    dial, hours, bits: reportText(made, dial, hours), spoken, odds: Math.max(...likely) / Math.min(...likely),
    misses: estimated.map((value, x) => Math.abs(value - f[x]) > 2 * sigma[x]),
    clear: estimated.filter((value, x) => value > 2 * sigma[x]).length,
    trade: rivals.map(({ name, bits }, i) => ({ name, bits, bar: 2 * Math.sqrt(sum(noise[i].map((s) => s * s)) / k) })),
  };
}

const percent = (share, digits = 2) => `${shown(100 * share, digits)}\u00a0%`.replace("-", "−");

export function describe(state, data) {
  const { made, item, hands, dial, hours, trade, bits } = data;
  const inside = data.misses.filter((miss) => !miss).length;
  const faces = made.dials.length > 1 ? `hands stand at ${listed(hands)} on dials of ${listed(made.dials)} hours, as for no other number below ${shown(data.period)}` : `hand stands at ${item} of ${made.dials} hours`;
  const lit = hours.length > 1 ? `hours ${listed(hours)}` : `hour ${hours[0]}`;
  const own = hours.includes(hands[dial]) ? (hours.length > 1 ? "hers among them" : "hers") : "not hers";
  const spoken = data.spoken.filter(Boolean).length;
  const told = spoken && spoken < made.k ? `, ${shown(data.odds)} times as likely with ${spoken === 1 ? "it" : "each of them"} as with any other` : ", and tells nothing";
  const costs = trade.map(({ name, bits, bar }) => `${shown(bits)} with ${name.toUpperCase()} (error bars of ±\u00a0${percent(bar, 3)})`);
  return `${state.mechanism.toUpperCase()} with epsilon ${state.epsilon}, ${shown(data.n)} users, truth ${TRUTHS[state.truth]}: ${inside} of ${made.k} estimates lie within their error bars, ` +
    `${data.clear} stand clear of zero, and item ${item} has ${percent(data.f[item], 3)} and gets ${percent(data.estimated[item], 3)}. ` +
    `A user with item ${item}, whose ${faces}, lights ${lit} of ${made.dials[dial]}, ${own}: this speaks for ${counted(spoken, "item")}${told}. ` +
    `Her report has ${bits.join("").length} bits; on average it is ${listed(costs)}.`;
}

// ---------------------------------------------------------------------------------------------- picture

const small = { fill: MUTED, "font-size": 13 };
const title = (said) => words(8, 18, said, { "font-weight": 600, "font-size": 15 });

// A tap moves a handle as well as a drag.
const tapped = (grip) => ({ ...grip, onpointerdown: (event) => (grip.onpointerdown(event), grip.onpointermove(event)) });

function bars(data, set) {
  const { f, estimated, sigma, item, made } = data;
  const top = Math.max(...f);
  const x = between(0, made.k, 52, 472);
  const y = between(-0.55 * top, 1.45 * top, 268, 50);
  const inside = (value) => Math.min(268, Math.max(50, y(value)));
  const all = times(made.k, (i) => i);
  const dot = Math.min(5, 150 / made.k);
  const mark = (at, wanted, there, missed) => // at the edge a triangle says that it lies beyond
    wanted !== there ? `M${at} ${there}l-5 ${wanted < there ? 9 : -9}h10z` : missed ? diamond(at, there) : `M${at - dot} ${there}a${dot} ${dot} 0 0 1 ${2 * dot} 0a${dot} ${dot} 0 0 1 ${-2 * dot} 0`;
  const tick = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01].find((step) => step <= top / 1.9) ?? 0.005;
  const ticks = times(9, (i) => (i - 4) * tick).filter((value) => value >= -0.55 * top && value <= 1.45 * top);
  const grip = handle({
    label: "item of the user who reports", value: item, low: 0, high: made.k - 1, words: `item ${item}`,
    from: (point) => Math.floor(((point.x - 52) / 420) * made.k), to: (value) => set({ item: value }),
  });
  return svg(480, 340,
    title(`${shown(data.n)} users hide their items; ${data.clear || "none"} stand${data.clear > 1 ? "" : "s"} out`),
    h("rect", { x: 52, y: 27, width: 11, height: 11, fill: SHADE, stroke: MUTED }), words(68, 37, "truth", small),
    h("circle", { cx: 125, cy: 33, r: 5, fill: SIGNAL }), words(135, 37, "estimate, 2 sigma", small),
    h("path", { d: diamond(268, 33), fill: ACCENT }), words(278, 37, "misses the truth", small),
    ticks.map((value) => [
      h("path", { d: `M52 ${y(value)}H472`, stroke: value ? GRID : MUTED }), words(47, y(value) + 4, percent(value), { ...small, "text-anchor": "end" })]),
    h("rect", { x: x(item), y: 50, width: x(1) - x(0), height: 218, fill: ACCENT, opacity: 0.1 }),
    h("path", { d: all.map((i) => `M${x(i + 0.1)} ${y(0)}V${y(f[i])}H${x(i + 0.9)}V${y(0)}`).join(""), fill: SHADE, stroke: MUTED }),
    [SIGNAL, ACCENT].map((colour, missed) => {
      const these = all.filter((i) => data.misses[i] === Boolean(missed));
      return [
        h("path", { d: these.map((i) => `M${x(i + 0.5)} ${inside(estimated[i] - 2 * sigma[i])}V${inside(estimated[i] + 2 * sigma[i])}`).join(""), stroke: colour, "stroke-width": 2 }),
        h("path", { d: these.map((i) => mark(x(i + 0.5), y(estimated[i]), inside(estimated[i]), missed)).join(""), fill: colour })];
    }),
    [[SIGNAL, 276, 20], [GRID, 284, 4]].map(([fill, above, tall], not) =>
      h("path", { d: all.filter((i) => data.spoken[i] === !not).map((i) => `M${x(i + 0.04)} ${above}H${x(i + 0.96)}v${tall}H${x(i + 0.04)}z`).join(""), fill })),
    h("path", { d: `M${x(item + 0.5)} 299l-7 12h14z`, fill: ACCENT }),
    words(Math.min(440, Math.max(84, x(item + 0.5))), 326, `item ${item}`, { fill: ACCENT_INK, "text-anchor": "middle", "font-weight": 600, "font-size": 14 }),
    words(2 * item > made.k ? 52 : 472, 326, "blue: report speaks for it", { ...small, "text-anchor": 2 * item > made.k ? "start" : "end" }),
    h("rect", { x: 52, y: 270, width: 420, height: 62, fill: PAPER, "fill-opacity": 0, ...tapped(grip) }));
}

const diamond = (x, y) => `M${x} ${y - 7}l6 7l-6 7l-6 -7z`;

// A piece of a ring around (cx, cy), *hour* of m, clockwise from the top.
function wedge(cx, cy, hour, m, inner, outer) {
  const at = (turn, radius) => `${(cx + radius * Math.sin(2 * Math.PI * turn)).toFixed(1)} ${(cy - radius * Math.cos(2 * Math.PI * turn)).toFixed(1)}`;
  const [a, b] = [(hour - 0.5) / m, (hour + 0.5) / m];
  return `M${at(a, inner)}L${at(a, outer)}A${outer} ${outer} 0 0 1 ${at(b, outer)}L${at(b, inner)}A${inner} ${inner} 0 0 0 ${at(a, inner)}z`;
}

function dialFaces(data, set) {
  const { made, bits } = data;
  const count = made.dials.length;
  const columns = count === 1 ? 1 : count <= 4 ? 2 : 3;
  const [wide, size] = [480 / columns, columns === 1 ? 400 : 440 / columns];
  const foot = 52 + Math.ceil(count / columns) * (size + 24);
  const sent = bits.join("");
  return svg(480, foot + 42,
    title(count > 1 ? "Each user reports from one dial, drawn by lot" : `One dial, an hour for each of ${made.k} items`),
    words(8, 38, "Around each dial: the histogram wound up, as its counts tell it.", small),
    made.dials.map((m, j) => face(data, j, wide * ((j % columns) + 0.5), 48 + Math.floor(j / columns) * (size + 24) + size / 2, size / 2 - 6, set)),
    words(8, foot + 12, `Sent: ${sent.length} bits${bits[0] ? `, the first ${bits[0].length} say which dial` : ""}`, { "font-size": 14 }),
    words(8, foot + 34, bits.filter(Boolean).join(" "), { "font-family": "ui-monospace, monospace", "font-size": sent.length > 50 ? 11 : 14, "font-weight": 600, fill: SIGNAL }));
}

function face(data, j, cx, cy, outer, set) {
  const { made, item, hands } = data;
  const [m, hand, mine] = [made.dials[j], hands[j], data.dial === j];
  const [inner, rim, zero] = [outer * 0.38, outer * 0.6, outer * 0.7];
  const long = (share) => Math.min(outer, Math.max(rim + 2, zero + (share / data.highest) * (outer * 0.95 - zero)));
  const every = [1, 2, 5, 10, 20].find((step) => (Math.PI * (inner + rim) * step) / m > (m > 10 ? 20 : 14)) ?? 30;
  const at = (hour, radius) => [cx + radius * Math.sin((2 * Math.PI * hour) / m), cy - radius * Math.cos((2 * Math.PI * hour) / m)];
  const lit = (hour) => mine && data.hours.includes(hour);
  const ring = (which, from) => times(m, (r) => which(r) && wedge(cx, cy, r, m, from, rim)).filter(Boolean).join("");
  const tale = (which) => times(m, (r) => which(r) && wedge(cx, cy, r, m, ...[zero, long(data.wound[j][r])].sort((a, b) => a - b))).filter(Boolean).join("");
  const grip = handle({
    label: `dial of ${m} hours`, value: item, low: 0, high: made.k - 1, words: `hand at ${hand}, item ${item}`, to: (value) => set({ item: value }),
    from: (point) => nearest(item, Math.round((Math.atan2(point.x - cx, cy - point.y) / (2 * Math.PI) + 1) * m) % m, m, made.k),
  });
  return h("g", { key: `dial ${j}` },
    h("path", { d: tale((r) => r !== hand), fill: SIGNAL, "fill-opacity": 0.45 }), h("path", { d: tale((r) => r === hand), fill: ACCENT }),
    h("path", { d: ring((r) => !lit(r), inner), fill: PAPER, stroke: MUTED, "stroke-width": m > 30 ? 0.5 : 1 }), h("path", { d: ring(lit, inner - 4), fill: SIGNAL, stroke: PAPER }),
    times(Math.max(1, Math.floor(m / every)), (i) => {
      const [x, y] = at(i * every, (inner + rim) / 2);
      return words(x, y + 4.5, i * every, { "text-anchor": "middle", "font-size": 13, fill: lit(i * every) ? PAPER : INK });
    }),
    h("circle", { cx, cy, r: zero, fill: "none", stroke: MUTED, "stroke-dasharray": "3 3" }),
    h("path", { d: `M${cx} ${cy}L${at(hand, inner - 6)}`, stroke: ACCENT, "stroke-width": 4, "stroke-linecap": "round" }), h("circle", { cx, cy, r: 5, fill: ACCENT }),
    words(cx, cy + outer + 18, mine ? `${m} hours: her report` : `${m} hours`, { "text-anchor": "middle", "font-weight": mine ? 600 : 400, fill: mine ? SIGNAL : INK }),
    h("circle", { cx, cy, r: rim, fill: PAPER, "fill-opacity": 0, ...tapped(grip) })); // not wider: between them a finger scrolls
}

function tradeRows(state, data, set) {
  const most = { bits: Math.max(...data.trade.map(({ bits }) => bits)), bar: Math.max(...data.trade.map(({ bar }) => bar)) };
  return svg(480, 174,
    title("The trade"), words(150, 18, "bits of a report", small), words(318, 18, "error bar", small),
    data.trade.map(({ name, bits, bar }, i) => {
      const [y, now] = [26 + 48 * i, name === state.mechanism];
      const look = { fill: now ? SIGNAL : GRID, stroke: now ? SIGNAL : MUTED };
      return h("g", { key: name, ...press(`use ${MECHANISMS[name]}`, () => set({ mechanism: name }), now) },
        h("rect", { x: 6, y, width: 468, height: 44, rx: 5, fill: now ? SHADE : PAPER, stroke: now ? SIGNAL : GRID }),
        words(12, y + 20, name.toUpperCase(), { "font-weight": 600, "font-size": 15 }), words(12, y + 37, MECHANISMS[name].split(": ")[1], { fill: MUTED, "font-size": 12 }),
        h("rect", { x: 150, y: y + 8, width: (100 * bits) / most.bits, height: 12, ...look }), words(150, y + 36, `${shown(bits)} bits`),
        h("rect", { x: 318, y: y + 8, width: (150 * bar) / most.bar, height: 12, ...look }), words(318, y + 36, `±\u00a0${percent(bar, 3)}`));
    }));
}

export const view = (state, data, set) => beside([bars(data, set), tradeRows(state, data, set)], dialFaces(data, set));

// The next report that is not the one just seen, or a reader would take the button for a dead one.
function again({ report }, { made, item, dial, hours }) {
  const same = (one) => one.dial === dial && one.hours.join() === hours.join();
  let next = report;
  do next = (next % 999) + 1; while (next !== report && same(oneReport(made, item, next)));
  return { report: next };
}

export default explorable({
  name: "private_counts",
  title: "Counting a crowd in which everybody hides their item",
  parameters, compute, describe, view,
  actions: [
    { label: "She reports again", run: again },
    { label: "The crowd tosses other coins", run: ({ coins }) => ({ coins: (coins % 999) + 1 }) },
  ],
});
