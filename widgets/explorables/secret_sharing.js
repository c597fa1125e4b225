// Shamir's scheme in a small field: deal, lose shares, give them back, and suppose every secret in turn.
//
// The secret is the value at 0 of a random curve of degree below k, modulo p; the share of party x is the value at x.

import { ACCENT, ACCENT_INK, GOOD, GRID, INK, MUTED, PAPER, SHADE, SIGNAL, WARNING, beside, chance, choice, counted, explorable, h, handle, listed, number, svg, text, toggle, words } from "./kit.js";

// ---------------------------------------------------------------------------------------------- the core
// Points are pairs [x, y] with distinct x; curves are lists of coefficients, that of x^0 first, all from 0 to p - 1.

export const mod = (a, p) => ((a % p) + p) % p;

// 1 / a in the field of p numbers: the one that a takes to 1.
export function inverse(a, p) {
  for (let b = 1; b < p; b++) if (mod(a * b, p) === 1) return b;
  throw new Error(`0 has no inverse modulo ${p}`);
}

// The value at x, by Horner's rule.
export const evaluate = (curve, x, p) => curve.reduceRight((value, coefficient) => mod(value * x + coefficient, p), 0);

// What the dealer hands out: the points of the curve that begins at the secret and goes on as the coins say.
export const deal = (secret, coins, parties, p) => parties.map((x) => [x, evaluate([secret, ...coins], x, p)]);

// How much each value counts at *at*: f(at) is the sum of weight times f(x), for every curve with as many coefficients
// as there are places xs.
export const weights = (xs, at, p) =>
  xs.map((x) => {
    const others = xs.filter((other) => other !== x);
    const [above, below] = [at, x].map((from) => others.reduce((product, other) => mod(product * (from - other), p), 1));
    return mod(above * inverse(below, p), p);
  });

// The value at *at* of the curve of lowest degree through the points.
export const weighed = (points, at, p) =>
  weights(points.map(([x]) => x), at, p).reduce((sum, weight, i) => mod(sum + weight * points[i][1], p), 0);

// That curve itself: for each point the product of (X - other) over the other points, scaled to its value, all added up.
export function interpolate(points, p) {
  const curve = points.map(() => 0);
  for (const [x, y] of points) {
    let product = [y];
    for (const [other] of points) {
      if (other === x) continue;
      const scale = inverse(mod(x - other, p), p);
      product = [...product, 0].map((c, i) => mod(((product[i - 1] ?? 0) - other * c) * scale, p));
    }
    product.forEach((c, i) => (curve[i] = mod(curve[i] + c, p)));
  }
  while (curve.length && curve.at(-1) === 0) curve.pop();
  return curve;
}

// For each secret 0 to p - 1, how many curves of degree below k begin there and go through all points.
export function counts(points, k, p) {
  const free = p ** Math.max(0, k - 1 - points.length); // each further value could be any
  return Array.from({ length: p }, (_, secret) => {
    const fixed = [[0, secret], ...points.slice(0, k - 1)];
    return points.slice(k - 1).every(([x, y]) => weighed(fixed, x, p) === y) ? free : 0;
  });
}

// The secret that each choice of k points gives, in the order of the choices.
export function recoveries(points, k, p) {
  const choices = (list, size) => (size === 0 ? [[]] : list.flatMap((one, i) => choices(list.slice(i + 1), size - 1).map((rest) => [one, ...rest])));
  return choices(points, k).map((chosen) => weighed(chosen, 0, p));
}

// Who is wrong, if it is one share: the parties without whose share the others, at least k + 1, lie on one curve.
export const suspects = (points, k, p) =>
  points.map(([x]) => x).filter((x) => points.length > k + 1 && counts(points.filter(([other]) => other !== x), k, p).some((curves) => curves > 0));

// ---------------------------------------------------------------------------------------------- parameters

const GUESTS = 6;
export const parameters = {
  secret: number("secret that is dealt", 12, 0, 16, 1, { hint: "counted modulo p" }),
  k: number("shares needed, k", 3, 2, 4, 1),
  n: number("shares dealt, n", 5, 4, GUESTS, 1),
  p: choice("count modulo p", "17", { 7: "7", 11: "11", 17: "17" }),
  wrong: toggle("share 2 is damaged", false),
  guess: number("supposed secret", 4, 0, 16, 1, { hidden: true }), // the handle
  lost: text("lost shares", "134", (said) => /^1?2?3?4?5?6?$/.test(said), { hidden: true }),
  seed: number("coins", 18, 1, 999, 1, { hidden: true }),
};

export function compute(state) {
  const { k, n } = state;
  const p = Number(state.p);
  const [secret, guess] = [state.secret % p, state.guess % p];
  const toss = chance(state.seed);
  const coins = Array.from({ length: k - 1 }, () => Math.floor(toss() * p));
  const slip = 1 + Math.floor(toss() * (p - 1)); // never 0: a damaged share is another one
  const dealt = deal(secret, coins, Array.from({ length: n }, (_, i) => i + 1), p);
  const shares = dealt.map(([x, right]) => {
    const damaged = state.wrong && x === 2;
    return { x, right, damaged, value: mod(right + (damaged ? slip : 0), p), held: !state.lost.includes(x) };
  });
  const held = shares.filter((share) => share.held).map(({ x, value }) => [x, value]);
  const count = counts(held, k, p);
  const possible = count.filter((curves) => curves > 0).length;
  const found = held.length >= k && possible === 1 ? count.findIndex((curves) => curves > 0) : null;
  const supposed = interpolate([[0, guess], ...held.slice(0, k - 1)], p);
  // Held shares that a curve from the supposed secret through the first k - 1 of them does not meet.
  const misses = held.slice(k - 1).map(([x, value]) => ({ x, value, needed: evaluate(supposed, x, p) })).filter(({ value, needed }) => value !== needed);
  const curve = found === null ? supposed : interpolate(held.slice(0, k), p);
  const values = Array.from({ length: p }, (_, x) => evaluate(curve, x, p));
  const used = held.length < k ? [] : weights(held.slice(0, k).map(([x]) => x), 0, p).map((weight, i) => ({ x: held[i][0], value: held[i][1], weight }));
  const said = new Map(); // secret -> how many choices of k shares give it, the most frequent first
  for (const s of recoveries(held, k, p)) said.set(s, (said.get(s) ?? 0) + 1);
  const ways = [...said].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const suspected = possible ? [] : suspects(held, k, p);
  return { p, k, n, secret, guess, shares, held, count, possible, found, supposed, misses, curve, values, used, ways, suspected };
}

// ---------------------------------------------------------------------------------------------- words

const POWERS = ["", "x", "x²", "x³"];
const formula = (curve) => curve.map((c, i) => (c === 1 && i ? POWERS[i] : c && `${c}${POWERS[i]}`)).filter(Boolean).join(" + ") || "0";
const capital = (said) => said[0].toUpperCase() + said.slice(1);

function verdict({ p, k, held, possible, found, secret }) {
  const left = `${counted(held.length, "share")}, ${k} needed`;
  if (possible === p) return `${left}: all ${p} secrets fit`;
  if (possible === 0) return `${left}: no secret fits`;
  return `${left}: only ${found} fits${found === secret ? "" : ", wrongly"}`;
}

// What the supposed secret would take.
function supposition({ k, held, guess, supposed, misses, count, found }) {
  if (misses.length) return `for the secret ${guess}, ${listed(misses.map(({ x, value, needed }) => `share ${x} must be ${needed} (it is ${value})`))}`;
  if (found !== null) return `the secret ${guess} fits, with the curve ${formula(supposed)}`;
  const curves = count[guess] === 1 ? "the one curve is" : `there are ${count[guess].toLocaleString("en-US")} curves, one of them`;
  return `for the secret ${guess} ${curves} ${formula(supposed)}`;
}

// What the choices of k shares say.
function choices({ k, ways, suspected }) {
  const all = ways.reduce((sum, [, many]) => sum + many, 0);
  if (all === 1) return `${k} shares cannot check each other`;
  if (ways.length === all) return `${all} choices of ${k} shares give ${all} different secrets`;
  if (ways.length === 1) return `all ${all} choices of ${k} shares give ${ways[0][0]}`;
  const shown = ways.slice(0, 3).map(([secret, many]) => `${many} say ${secret}`.replace(/^1 say/, "1 says"));
  const others = all - ways.slice(0, 3).reduce((sum, [, many]) => sum + many, 0);
  return `of ${all} choices of ${k} shares ${listed([...shown, ...(others ? [`${others} something else`] : [])])}${suspected.length === 1 ? `; without share ${suspected[0]} the others agree` : ""}`;
}

export function describe(state, data) {
  const { p, k, n, secret, shares, held, used } = data;
  const damaged = shares.find((share) => share.damaged);
  const slip = damaged ? `; share 2 is damaged, ${damaged.value} instead of ${damaged.right}${damaged.held ? "" : ", and lost"}` : "";
  const left = held.length ? ` (${held.map(([x, value]) => `share ${x} is ${value}`).join(", ")})` : "";
  const first = `The dealer hides the secret ${secret}, a number modulo ${p}, in ${n} shares${slip}.`;
  const sum = used.length ? `; ${choices(data)}` : "";
  return `${first} ${capital(verdict(data))}${left}${sum}. ${capital(supposition(data))}.`;
}

// ---------------------------------------------------------------------------------------------- the picture

const WIDE = 480, HIGH = 500, TOP = 34, BOTTOM = 446, START = 62, FIRST = 94, LAST = 468;

function grid(data, set) {
  const { p, secret, guess, shares, count, found, misses, values } = data;
  const column = (LAST - FIRST) / (p - 1), row = (BOTTOM - TOP) / p;
  const X = (x) => (x === 0 ? START : FIRST + (x - 0.5) * column);
  const Y = (value) => BOTTOM - (value + 0.5) * row;
  const each = Array.from({ length: p }, (_, i) => i);
  const colour = found === null ? ACCENT : SIGNAL;
  const right = found === secret;
  // From each place to the next the short way round, over the edge if that is shorter: a line stays straight.
  const bend = each.slice(1).map((x) => {
    const rise = mod(values[x] - values[x - 1] + (p - 1) / 2, p) - (p - 1) / 2;
    const [from, to] = [values[x - 1], values[x - 1] + rise];
    const over = to !== values[x]; // then it leaves at one edge and comes in at the other
    return `M${X(x - 1)} ${Y(from)}L${X(x)} ${Y(to)}${over ? `M${X(x - 1)} ${Y(values[x] - rise)}L${X(x)} ${Y(values[x])}` : ""}`;
  });
  const step = p < 12 ? 1 : 4;
  const ticks = each.filter((v) => v === secret || (v % step === 0 && Math.abs(v - secret) > (step > 1 ? 1 : 0)));
  const party = (x) => x >= 1 && x <= shares.length;
  const mark = { "text-anchor": "middle", "font-size": 15, "font-weight": 700, "dominant-baseline": "central", "pointer-events": "none" };
  return svg(WIDE, HIGH,
    words(WIDE / 2, 20, capital(verdict(data)), { "text-anchor": "middle", "font-size": 18, "font-weight": 700, fill: found === null || right ? INK : WARNING }),
    h("rect", { x: START - 24, y: TOP, width: 48, height: BOTTOM - TOP, rx: 6, fill: SHADE }),
    h("path", { d: each.slice(1).map((x) => each.map((v) => `M${X(x)} ${Y(v)}h0`).join("")).join(""), stroke: "#c4c4c4", "stroke-width": 4, "stroke-linecap": "round" }),
    // Which secrets are possible: a dot, or a cross.
    h("path", { d: each.filter((s) => count[s] > 0).map((s) => `M${START} ${Y(s)}h0`).join(""), stroke: colour, "stroke-width": 9, "stroke-linecap": "round", fill: "none" }),
    h("path", { d: each.filter((s) => count[s] === 0).map((s) => `M${START - 4} ${Y(s) - 4}l8 8m0 -8l-8 8`).join(""), stroke: MUTED, "stroke-width": 1.5, fill: "none" }),
    h("svg", { x: 0, y: TOP, width: WIDE, height: BOTTOM - TOP, viewBox: `0 ${TOP} ${WIDE} ${BOTTOM - TOP}` }, // cuts at the edges
      h("path", { d: bend.join(""), fill: "none", stroke: colour, "stroke-width": 2, "stroke-opacity": 0.45 })),
    h("path", { d: each.filter((x) => x > shares.length).map((x) => `M${X(x)} ${Y(values[x])}h0`).join(""), stroke: colour, "stroke-width": 9, "stroke-linecap": "round" }),
    ticks.map((v) => words(28, Y(v), v, { key: `tick ${v}`, "text-anchor": "end", "dominant-baseline": "central", "font-size": 15, "font-weight": v === secret ? 700 : 400, fill: v === secret ? INK : MUTED })),
    h("path", { d: `M31 ${Y(secret) - 5}l7 5l-7 5z`, fill: INK }),
    each.filter((x) => x > 0 && (party(x) || (p > 12 ? x % 4 === 0 : true))).map((x) =>
      words(X(x), BOTTOM + 18, x, { key: `party ${x}`, "text-anchor": "middle", "font-size": 15, "font-weight": party(x) ? 700 : 400, fill: party(x) ? INK : MUTED })),
    words(START, BOTTOM + 18, "secret", { "text-anchor": "middle", "font-size": 15, "font-weight": 700 }),
    words((FIRST + LAST) / 2, BOTTOM + 38, `party x, value of its share upwards, modulo ${p}`, { "text-anchor": "middle", "font-size": 15, fill: MUTED }),
    misses.map(({ x, value, needed }) => h("g", { key: `miss ${x}`, stroke: ACCENT, "stroke-width": 2.5 },
      h("path", { d: `M${X(x)} ${Y(value)}V${Y(needed)}`, "stroke-dasharray": "5 3" }), h("path", { d: `M${X(x) - 6} ${Y(needed) - 6}l12 12m0 -12l-12 12` }))),
    shares.map(({ x, value, held, damaged }) => h("g", { key: `share ${x}` },
      held
        ? h("rect", { x: X(x) - 10, y: Y(value) - 10, width: 20, height: 20, rx: 2, fill: damaged ? WARNING : SIGNAL, stroke: PAPER, "stroke-width": 1.5, transform: damaged ? `rotate(45 ${X(x)} ${Y(value)})` : null })
        : h("circle", { cx: X(x), cy: Y(values[x]), r: 10, fill: PAPER, stroke: colour, "stroke-width": 2, "stroke-dasharray": "4 2.5" }),
      words(X(x), Y(held ? value : values[x]), x, { ...mark, fill: held ? PAPER : INK }))),
    found !== null && h("g", { key: "found" },
      h("circle", { cx: START, cy: Y(found), r: 12, fill: right ? GOOD : WARNING }),
      words(START, Y(found), found, { ...mark, fill: PAPER })),
    h("g", { key: "guess", ...handle({
      label: "supposed secret", value: guess, low: 0, high: p - 1, vertical: true,
      words: `${guess}, ${count[guess] ? "fits" : "does not fit"}`,
      from: ({ y }) => (BOTTOM - y) / row - 0.5, to: (value) => set({ guess: value }) }) },
      h("circle", { cx: START, cy: Y(guess), r: 18, fill: PAPER, "fill-opacity": found === guess ? 0 : 1, stroke: ACCENT, "stroke-width": 3.5, "stroke-dasharray": count[guess] ? null : "5 4" }),
      h("path", { d: `M${START - 4} ${Y(guess) - 21}l4 -5l4 5zm0 42l4 5l4 -5z`, fill: ACCENT }),
      found !== guess && words(START, Y(guess), guess, { ...mark, "font-size": 17, fill: ACCENT_INK })));
}

// The shares as tokens to press, how often each counts, and what that adds up to.
function table(data, set) {
  const { p, k, shares, held, values, used, possible, found, secret, curve } = data;
  const flip = (x) => set({ lost: shares.filter((share) => share.held === (share.x === x)).map((share) => share.x).join("") });
  const missing = k - held.length;
  const holds = ({ x, value, held: here }) => {
    if (!here) return `lost; ${found !== null ? "curve says" : missing > 1 ? "could be" : "would be"} ${values[x]}`;
    const weight = used.find((one) => one.x === x)?.weight;
    if (weight) return `${value}, counts ${{ 1: "once", 2: "twice" }[weight] ?? `${weight} times`}`;
    return missing > 0 ? `${value}, still fits` : found === null ? `${value}` : `${value}, agrees`;
  };
  const token = (share) => {
    const does = share.held ? "lose it" : "give it back";
    const edge = share.held ? `2px solid ${share.damaged ? WARNING : SIGNAL}` : `2px dashed ${MUTED}`;
    const look = `border: ${edge}; background: ${share.held ? PAPER : "#f4f4f4"}; color: ${INK}`;
    return h("button", {
      key: share.x, type: "button", "aria-pressed": share.held, onclick: () => flip(share.x),
      "aria-label": `share ${share.x}: ${holds(share)}${share.damaged ? ", damaged" : ""}; ${does}`,
      style: `display: flex; align-items: center; gap: 10px; width: 100%; text-align: left; ${look}`,
    },
    h("strong", { style: "white-space: nowrap" }, `share ${share.x}`),
    h("span", { style: "flex: 1" }, holds(share), share.damaged && h("em", { style: `color: ${WARNING}` }, " damaged")),
    h("span", { style: `color: ${MUTED}; font-size: 13px; white-space: nowrap` }, does));
  };
  const sum = used.reduce((total, { value, weight }) => total + value * weight, 0);
  const result = missing > 0
    ? `${capital(counted(missing, "share"))} missing.${missing === 1 ? ` Each of the ${p} values it may have gives another secret.` : ""}`
    : `${used.map(({ value, weight }) => `${value}·${weight}`).join(" + ")} = ${sum}; modulo ${p} that is ${mod(sum, p)}, ${mod(sum, p) === secret ? "the secret" : "not the secret"}.`;
  const tone = possible === p ? INK : found === secret ? "#0b5835" : WARNING;
  return h("div", { style: "max-width: 460px; padding: 4px 8px" },
    h("p", { style: `color: ${MUTED}` }, "Slide the orange ring through every secret. Press a share to lose it or to give it back."),
    h("p", { style: "display: flex; align-items: baseline; justify-content: space-between" }, h("span", {}, "Secrets still possible"),
      h("strong", { style: `font-size: 26px; color: ${tone}` }, `${possible} of ${p}`)),
    h("div", { style: "display: grid; gap: 5px" }, shares.map(token)),
    h("p", { style: "min-height: 2.9em" }, result),
    h("p", {}, "curve drawn: ", h("span", { style: "white-space: nowrap" }, formula(curve))));
}

export const view = (state, data, set) => beside(h("div", { style: "max-width: 540px" }, grid(data, set)), table(data, set));

export default explorable({
  name: "secret_sharing", title: "Shares of a secret", parameters, compute, describe, view,
  actions: [
    { label: "Suppose the next secret", run: (state, { p, guess }) => ({ guess: (guess + 1) % p }) },
    { label: "Deal with new coins", run: ({ seed }) => ({ seed: (seed % 999) + 1 }) },
    { label: "Give all back", run: () => ({ lost: "" }), able: (state, { n, held }) => held.length < n },
  ],
});
