// Prefix codes: the code tree, the interval its words share, and what one flipped bit does to a message.
//
// Letters are those of the message, in the order of their characters; a code is a list of word lengths for them. The
// words follow from the lengths, as in polyquant.prefix.PrefixCode, and the best lengths are those of its huffman().

import { ACCENT_INK, GOOD, GRID, INK, MUTED, PAPER, SHADE, SIGNAL, WARNING, between, choice, counted, explorable, h, handle, number, press, svg, text, words } from "./kit.js";

const DEEPEST = 5; // bits; the longest word that Huffman's code can need for a message of MOST letters
const MOST = 24;
const LETTERS = 8;

const isMessage = (said) => /^[a-z ]+$/.test(said) && said.length <= MOST && new Set(said).size >= 2 && new Set(said).size <= LETTERS;
const isLengths = (said) => /^(?:[a-z_][1-5])+$/.test(said) && new Set(said.match(/[a-z_]/g)).size * 2 === said.length;

export const parameters = {
  message: text("message", "i seem to see", isMessage, {
    hint: `Up to ${MOST} small letters and blanks, 2 to ${LETTERS} different ones.`,
    examples: ["banana bandana", "no room at all", "abracadabra", "ab"],
  }),
  code: choice("lengths", "own", { own: "my own (drag the leaves)", best: "Huffman's, best for this message", same: "the same for all letters" }),
  // Own lengths, letter and bits in turn, _ for the blank. Letters without one get as many bits as all would if equal.
  lengths: text("own lengths", "_2e2i3m4o5s2t5", isLengths, { hidden: true, examples: ["_2e2i3m4o5s1t5", "e1_3i3m5o5s3t4"] }),
  flip: number("flipped bit, 0 for none", 3, 0, MOST * DEEPEST, 1, { hidden: true }),
};

// ---------------------------------------------------------------------------------------------- the core

// Sum of 2^-l over all lengths above 0, exactly: [numerator, denominator] in lowest terms, for lengths up to 50.
export function kraft(lengths) {
  let under = 2 ** Math.max(0, ...lengths);
  let over = lengths.reduce((sum, l) => sum + (l && under / 2 ** l), 0);
  while (over % 2 === 0 && under > 1) [over, under] = [over / 2, under / 2];
  return [over, under];
}

const fraction = ([over, under]) => (under === 1 ? `${over}` : `${over}/${under}`);

// Symbols that have a word in the order in which words are handed out: by length, then by symbol.
export const order = (lengths) => lengths.map((_, i) => i).filter((i) => lengths[i]).sort((i, j) => lengths[i] - lengths[j] || i - j);

// The canonical words: the first is all zeros, each next one counts upwards and is continued with zeros.
export function canonical(lengths) {
  const [over, under] = kraft(lengths);
  if (over > under) throw new Error(`no prefix code has these lengths: Kraft sum ${fraction([over, under])} > 1`);
  const found = lengths.map(() => "");
  let next = 0, length = 0;
  for (const i of order(lengths)) {
    next *= 2 ** (lengths[i] - length);
    length = lengths[i];
    found[i] = next.toString(2).padStart(length, "0");
    next++;
  }
  return found;
}

// Lengths of Huffman's code. The two lightest trees become one, again and again; of equal weights the smaller symbol
// goes first, and letters go before trees, which go in the order they were made.
export function huffman(counts) {
  const depth = counts.map(() => 0);
  const trees = counts.map((weight, i) => ({ weight, id: i, symbols: [i] })).filter(({ weight }) => weight > 0);
  if (trees.length === 1) depth[trees[0].id] = 1;
  for (let id = counts.length; trees.length > 1; id++) {
    trees.sort((a, b) => a.weight - b.weight || a.id - b.id);
    const [one, other] = trees.splice(0, 2);
    const symbols = [...one.symbols, ...other.symbols];
    for (const i of symbols) depth[i]++;
    trees.push({ weight: one.weight + other.weight, id, symbols });
  }
  return depth;
}

// Bits a letter: what a code with these lengths needs on average, and the entropy, which no prefix code can beat.
const total = (counts) => counts.reduce((a, b) => a + b, 0);
export const mean = (lengths, counts) => total(lengths.map((l, i) => l * counts[i])) / total(counts);
export const entropy = (counts) => Math.max(0, -total(counts.map((n) => n && (n / total(counts)) * Math.log2(n / total(counts)))));

export function encode(codewords, symbols) {
  return symbols.map((s) => {
    if (!codewords[s]) throw new Error(`symbol ${s} has no codeword`);
    return codewords[s];
  }).join("");
}

export const flipped = (bits, place) => (place ? bits.slice(0, place - 1) + "10"[bits[place - 1]] + bits.slice(place) : bits); // from 1

// Down the tree bit by bit, and at a leaf back to the root: [{start, size, symbol}]. Bits that end inside a word, or that
// no word begins with, are one last piece with symbol -1.
export function decode(codewords, bits) {
  const root = {};
  codewords.forEach((word, symbol) => word && ([...word].reduce((node, bit) => (node[bit] ??= {}), root).symbol = symbol));
  const cut = [];
  for (let start = 0, end = 0; start < bits.length; start = end) {
    let node = root;
    while (node && node.symbol === undefined && end < bits.length) node = node[bits[end++]];
    const symbol = node?.symbol ?? -1;
    if (symbol < 0) end = bits.length;
    cut.push({ start, size: end - start, symbol });
  }
  return cut;
}

// What a flip at *place* (from 1) costs: words of the message that don't come back where they were, and the first bit
// (from 1) behind the flipped one at which both readings start a word; 0 if there is none, -1 if all ends are kept.
export function damage(sent, back, place) {
  const came = new Map(back.map(({ start, symbol }) => [start, symbol]));
  const lost = sent.filter(({ start, symbol }) => came.get(start) !== symbol).length;
  if (sent.length === back.length && sent.every(({ start }) => came.has(start)) && back.at(-1).symbol >= 0) return { lost, again: -1 };
  const again = sent.find(({ start }) => start >= place && came.get(start) >= 0);
  return { lost, again: again ? again.start + 1 : 0 };
}

export function compute({ message, code, lengths: own, flip: asked }) {
  const letters = [...new Set(message)].sort();
  const counts = letters.map((letter) => message.split(letter).length - 1);
  const equal = Math.ceil(Math.log2(letters.length));
  const given = Object.fromEntries(own.match(/../g).map(([letter, bits]) => [letter.replace("_", " "), Number(bits)]));
  const all = { own: letters.map((letter) => given[letter] ?? equal), best: huffman(counts), same: letters.map(() => equal) };
  const means = Object.fromEntries(Object.entries(all).map(([key, lengths]) => [key, kraft(lengths)[0] > kraft(lengths)[1] ? null : mean(lengths, counts)]));
  const lengths = all[code];
  const sum = kraft(lengths);
  const fits = sum[0] <= sum[1];
  let start = 0; // pieces of the interval, in the order of the words
  const pieces = order(lengths).map((i) => ({ i, start, end: (start += 2 ** -lengths[i]) }));
  const data = { letters, counts, lengths, sum, fits, pieces, means, floor: entropy(counts), best: all.best };
  if (!fits) return data;

  const codewords = canonical(lengths);
  const bits = encode(codewords, [...message].map((letter) => letters.indexOf(letter)));
  const sent = decode(codewords, bits);
  const flip = Math.min(asked, bits.length);
  const losses = Array.from(bits, (_, at) => damage(sent, decode(codewords, flipped(bits, at + 1)), at + 1).lost);
  const most = Math.max(...losses);
  const back = decode(codewords, flipped(bits, flip));
  return { ...data, codewords, bits, sent, flip, back, most, worst: losses.indexOf(most) + 1, ...damage(sent, back, flip) };
}

// ---------------------------------------------------------------------------------------------- in words

const seen = (letter) => (letter === " " ? "␣" : letter);
const rest = ([over, under]) => fraction([Math.abs(under - over), under]);
const reading = (data) => data.back.map(({ symbol }) => (symbol < 0 ? "…" : data.letters[symbol])).join("");

function verdict({ sum, fits }) {
  if (!fits) return `${rest(sum)} too much, no code has these lengths`;
  return sum[0] === sum[1] ? "full, every string of bits can be read" : `a code, and ${rest(sum)} is still free`;
}

function outcome(data) {
  if (!data.flip) return "nothing is flipped";
  if (data.again < 0) return `${counted(data.lost, "letter")} wrong, but every word keeps its end`;
  const many = `${data.lost} of ${data.sent.length} letters lost`;
  const { start, symbol } = data.back.at(-1);
  const left = flipped(data.bits, data.flip).slice(start);
  if (symbol < 0 && !data.codewords.some((word) => word.startsWith(left))) return `${many}, the reader stops at bit ${start + 1}: no word begins so`;
  return data.again ? `${many}, in step again from bit ${data.again} on` : `${many}, and never in step again`;
}

export function describe(state, data) {
  const { letters, lengths, sum, pieces, means, floor } = data;
  const listed = pieces.map(({ i }) => `${seen(letters[i])} ${data.fits ? data.codewords[i] : counted(lengths[i], "bit")}`).join(", ");
  const first = `Letters and ${data.fits ? "words" : "lengths"}: ${listed}; Kraft sum ${fraction(sum)}, ${verdict(data)}.`;
  const best = `the best lengths need ${means.best.toFixed(2)} bits a letter, the entropy is ${floor.toFixed(2)}`;
  if (!data.fits) return `${first} Make a word longer until the pieces fit; ${best}.`;
  const cost = `“${state.message}” takes ${data.bits.length} bits, ${means[state.code].toFixed(2)} a letter; ${best}.`;
  if (!data.flip) return `${first} ${cost} No bit is flipped, and the reader gets every letter.`;
  return `${first} ${cost} With bit ${data.flip} flipped it reads as “${reading(data)}”: ${outcome(data)}.`;
}

// ---------------------------------------------------------------------------------------------- the picture

const LEFT = 34, RIGHT = 470, ROOT = 22, LEVEL = 36, FOOT = 248, STRIP = 268, BAR = 34;
const row = (bits) => ROOT + bits * LEVEL;
const named = { "text-anchor": "middle", "font-size": 16 };
const mono = { ...named, "font-family": "ui-monospace, DejaVu Sans Mono, monospace" };

// Leaves stand in a row of equal steps, so that a finger finds each; ribbons lead from them to their pieces.
function tree(data, set) {
  const { letters, lengths, sum, fits, pieces } = data;
  const long = Math.max(1, sum[0] / sum[1]);
  const across = between(0, long, LEFT, RIGHT);
  const holes = fits && sum[0] < sum[1];
  const column = (RIGHT - LEFT) / (pieces.length + (holes ? 0.4 : 0));
  const x = Object.fromEntries(pieces.map(({ i }, place) => [i, LEFT + (place + 0.5) * column]));
  const good = ({ end }) => end <= 1;

  const lines = [];
  if (fits) branch("", data, x, RIGHT - column * 0.2, lines);
  const levels = [1, 2, 3, 4, 5].map((bits) => [
    h("line", { x1: LEFT, x2: RIGHT, y1: row(bits), y2: row(bits), stroke: GRID }),
    words(12, row(bits) + 6, bits, { ...named, fill: MUTED }),
  ]);
  const ribbons = pieces.map((piece) => [
    h("line", { x1: x[piece.i], x2: x[piece.i], y1: row(lengths[piece.i]), y2: FOOT, stroke: MUTED, "stroke-dasharray": "1 4" }),
    h("path", { d: `M${x[piece.i] - 5} ${FOOT} h10 L${across(piece.end) - 1} ${STRIP} H${across(piece.start) + 1} Z`, fill: good(piece) ? SHADE : "#f6d5dc" }),
  ]);
  const strip = pieces.map((piece) => {
    const [left, wide] = [across(piece.start) + 1, across(piece.end) - across(piece.start) - 2];
    const share = `${seen(letters[piece.i])}${wide > 54 ? ` 1/${2 ** lengths[piece.i]}` : ""}`;
    const look = good(piece) ? { fill: SIGNAL } : { fill: PAPER, stroke: WARNING, "stroke-width": 2, "stroke-dasharray": "5 3" };
    return [h("rect", { x: left, y: STRIP, width: wide, height: BAR, ...look }),
      words(left + wide / 2, STRIP + 23, share, { ...named, fill: good(piece) ? PAPER : WARNING, "font-weight": 600 })];
  });
  const open = holes && [
    h("rect", { x: across(sum[0] / sum[1]) + 1, y: STRIP, width: across(1) - across(sum[0] / sum[1]) - 1, height: BAR, fill: "none", stroke: MUTED, "stroke-dasharray": "3 4" }),
    sum[1] < 6 * (sum[1] - sum[0]) && words((across(sum[0] / sum[1]) + RIGHT) / 2, STRIP + 23, `free ${rest(sum)}`, { ...named, fill: MUTED }),
  ];
  const marks = [0, 0.25, 0.5, 0.75, 1].map((at) => [
    h("line", { x1: across(at), x2: across(at), y1: STRIP + BAR, y2: STRIP + BAR + 5, stroke: MUTED }),
    words(across(at), STRIP + BAR + 21, { 0: "0", 0.25: "¼", 0.5: "½", 0.75: "¾", 1: "1" }[at], { ...named, fill: at === 1 && !fits ? WARNING : INK }),
  ]);
  const limit = !fits && h("line", { x1: across(1), x2: across(1), y1: STRIP - 10, y2: STRIP + BAR + 6, stroke: WARNING, "stroke-width": 4 });
  // In the order of the alphabet, not of the words: a leaf that is being dragged must stay where it is in the page.
  const leaves = letters.map((letter, i) => leaf(data, i, x[i], set));
  return svg(480, 330, words(1, ROOT + 6, "bits", { fill: MUTED }), levels, ribbons, lines, strip, open, marks, limit, leaves);
}

// The lines of the tree below node *word*, written to *lines*; returns where the node stands.
function branch(word, data, x, hole, lines) {
  const leafOf = data.codewords.indexOf(word);
  if (leafOf >= 0) return x[leafOf];
  const grown = (bit) => data.codewords.some((other) => other.startsWith(word + bit));
  const low = branch(`${word}0`, data, x, hole, lines);
  const high = grown("1") ? branch(`${word}1`, data, x, hole, lines) : hole;
  const [at, y] = [(low + high) / 2, row(word.length)];
  for (const [bit, to] of [["0", low], ["1", high]]) {
    lines.push(h("line", { x1: at, y1: y, x2: to, y2: y + LEVEL, stroke: MUTED, "stroke-width": 2, "stroke-dasharray": grown(bit) ? "none" : "3 4" }));
    lines.push(words((at + to) / 2 + (bit === "0" ? -9 : 9), y + LEVEL / 2 + 1, bit, { ...mono, "font-size": 14, fill: MUTED }));
  }
  return at;
}

function leaf({ letters, lengths, fits, pieces, codewords }, i, x, set) {
  const [letter, y] = [seen(letters[i]), row(lengths[i])];
  const good = pieces.find((piece) => piece.i === i).end <= 1;
  const grip = handle({
    label: `share of ${letter === "␣" ? "the blank" : letter}`, vertical: true, low: 1, high: DEEPEST, value: DEEPEST + 1 - lengths[i],
    words: `${counted(lengths[i], "bit")}, 1/${2 ** lengths[i]} of the interval`,
    from: (at) => DEEPEST + 1 - (at.y - ROOT) / LEVEL,
    to: (height) => set({ code: "own", lengths: letters.map((l, j) => l.replace(" ", "_") + (j === i ? DEEPEST + 1 - height : lengths[j])).join("") }),
  });
  return h("g", { ...grip, key: letter },
    h("circle", { cx: x, cy: y, r: 20, fill: "transparent" }),
    h("circle", { cx: x, cy: y, r: 16, fill: good ? SIGNAL : PAPER, stroke: good ? PAPER : WARNING, "stroke-width": 2, "stroke-dasharray": good ? "none" : "5 3" }),
    words(x, y + 6, letter, { ...named, "font-weight": 600, fill: good ? PAPER : WARNING }),
    words(x, y + 33, fits ? codewords[i] : good ? "" : "✗", { ...mono, "font-size": 15, stroke: PAPER, "stroke-width": 5, "paint-order": "stroke", fill: fits ? INK : WARNING }));
}

const boxed = "display:grid;place-items:center;height:26px;";
const WORD = `${boxed}background:${SHADE};color:${INK};border-bottom:3px solid ${SIGNAL};`;
const RIGHTLY = `${boxed}background:#d8f0e4;color:${INK};border-bottom:3px solid ${GOOD};`;
const WRONGLY = `${boxed}background:#f9dde3;color:#7a0020;font-weight:700;border-bottom:3px dashed ${WARNING};`;

// One column a bit, wrapped like text: the word it was sent in, the bit, the word it is read in.
function stream(data, set) {
  const { bits, flip, sent, back, letters } = data;
  const right = new Map(sent.map(({ start, symbol }) => [start, symbol]));
  const cell = (cut, at, look) => {
    const word = cut.find(({ start, size }) => at < start + size);
    const first = at === word.start;
    return h("span", { "aria-hidden": "true", style: look(word) + (first ? "margin-left:2px;" : "") }, first ? (word.symbol < 0 ? "…" : seen(letters[word.symbol])) : "");
  };
  const judged = ({ start, symbol }) => (right.get(start) === symbol ? RIGHTLY : WRONGLY);
  const columns = [...flipped(bits, flip)].map((bit, at) => h("span", { style: "display:grid;width:25px;", key: at },
    cell(sent, at, () => WORD), bitButton(data, bit, at + 1, set), cell(back, at, judged)));
  return h("div", { style: "display:flex;flex-wrap:wrap;row-gap:12px;margin:8px 0 4px;", role: "group", "aria-label": "the bits on their way; arrow keys move the flipped one" }, columns);
}

// The flipped bit is the one stop of the tab key among all bits, and arrows take the flip along.
function bitButton({ bits, flip }, bit, place, set) {
  const here = place === flip;
  const button = press(`bit ${place} of ${bits.length}, ${here ? `sent as ${bits[place - 1]}, arrives as ${bit}` : bit}`, () => set({ flip: here ? 0 : place }), here);
  const goals = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 1, End: bits.length };
  const onkeydown = (event) => {
    const goal = goals[event.key];
    if (goal === undefined) return button.onkeydown(event);
    event.preventDefault();
    event.stopPropagation();
    if (goal < 1 || goal > bits.length || goal === flip) return;
    const columns = event.currentTarget?.parentNode.parentNode.children;
    set({ flip: goal });
    columns?.[goal - 1].children[1].focus();
  };
  const look = here ? `background:${ACCENT_INK};color:${PAPER};font-weight:700;` : `color:${INK};`;
  return h("span", { ...button, onkeydown, tabindex: place === Math.max(flip, 1) ? 0 : -1, style: `${boxed}height:30px;font-family:ui-monospace,DejaVu Sans Mono,monospace;${look}` }, bit);
}

// Letters one by one, those that are wrong marked.
function line(name, cut, letters, good) {
  const mark = "background:#f9dde3;color:#7a0020;font-weight:700;border-bottom:3px dashed #b3002d;";
  const shownAs = cut.map((word) => h("span", { style: `padding:0 1px;${good(word) ? "border-bottom:3px solid transparent;" : mark}` }, word.symbol < 0 ? "…" : seen(letters[word.symbol])));
  return h("div", { style: "display:flex;gap:8px;align-items:baseline;" },
    h("span", { style: `flex:0 0 4em;color:${MUTED};` }, name),
    h("span", { style: "font:600 19px/1.5 ui-monospace,DejaVu Sans Mono,monospace;overflow-wrap:anywhere;" }, shownAs));
}

// Bits a letter of the three choices, over the entropy as their floor.
function bill({ code }, { means, floor }) {
  const most = Math.max(...Object.values(means)) / 100;
  const bar = ([key, name]) => h("div", { style: "margin-top:8px;", key },
    h("div", { style: `display:flex;justify-content:space-between;${key === code ? "font-weight:700;" : ""}` },
      h("span", {}, `${key === code ? "▸ " : ""}${name}`), h("span", {}, means[key] === null ? "no code" : means[key].toFixed(2))),
    h("div", { style: `height:16px;position:relative;background:linear-gradient(90deg,${key === code ? SIGNAL : "#a9cbe3"} ${(means[key] ?? 0) / most}%,#f1f1f1 0);` },
      h("div", { style: `position:absolute;top:-3px;bottom:-3px;left:calc(${floor / most}% - 3px);border-left:3px dotted ${INK};` })));
  return h("div", { style: "flex:1 1 200px;" },
    h("div", { style: "font-weight:600;" }, "Bits a letter"),
    Object.entries({ own: "my own", best: "Huffman's, the best", same: "all the same" }).map(bar),
    h("div", { style: "margin-top:10px;" }, `Dotted: the entropy of this message, ${floor.toFixed(2)}. No prefix code gets below.`));
}

export function view(state, data, set) {
  const bold = (said, colour) => h("div", { style: `font-weight:700;font-size:17px;color:${colour};` }, said);
  const kept = (one) => (word) => one.some(({ start, symbol }) => start === word.start && symbol === word.symbol);
  const below = data.fits
    ? [bold(data.flip ? `Bit ${data.flip} flipped: ${outcome(data)}` : "Every letter arrives. Press a bit to flip it.", data.flip ? ACCENT_INK : INK),
      line("sent", data.sent, data.letters, kept(data.back)), line("read", data.back, data.letters, kept(data.sent)), stream(data, set),
      h("div", { style: `color:${MUTED};font-size:14px;` }, "Above the bits: the words as sent. Below: as the reader cuts them. Press another bit, or take the flip along with the arrow keys.")]
    : [bold("No words, so nothing can be sent.", WARNING), "Drag a leaf down: its word gets longer, its piece half as wide."];
  return h("div", { style: "padding:4px 8px 8px;font-size:16px;" },
    bold(`Kraft sum ${fraction(data.sum)}: ${verdict(data)}`, data.fits ? INK : WARNING),
    h("div", { style: "display:flex;flex-wrap:wrap;gap:12px 32px;align-items:center;margin:4px -8px 14px;" },
      h("div", { style: "flex:3 1 440px;max-width:700px;" }, tree(data, set)), bill(state, data)),
    h("div", { key: data.fits }, below));
}

const next = ({ letters }) => [..."aornlhdcu"].find((letter) => !letters.includes(letter));
const last = ({ letters, pieces }) => letters[pieces.at(-1).i];

const actions = [
  { label: "Best lengths", run: () => ({ code: "best" }), able: ({ code }) => code !== "best" },
  { label: "Worst flip", run: (_, { worst }) => ({ flip: worst }), able: (_, { fits, lost, most }) => fits && lost < most },
  { label: "Add a letter", run: ({ message }, data) => ({ message: message + next(data) }), able: ({ message }, { letters }) => message.length < MOST && letters.length < LETTERS },
  { label: "Remove a letter", run: ({ message }, data) => ({ message: message.replaceAll(last(data), "") }), able: (_, { letters }) => letters.length > 4 },
];

export default explorable({ name: "prefix_codes", title: "Prefix codes", parameters, compute, describe, view, actions });
