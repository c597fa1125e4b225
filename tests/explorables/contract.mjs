// What every explorable promises, tried without a page: node contract.mjs FILE.js, with kit.js beside the file.
// Prints how far it looked, and each broken promise on a line that begins with "!"; exit status 1 if there is one.
//
// A state is reached by setting parameters (their ends, every option, draws between) and by doing what a reader can do
// in the picture: each handle's keys, each press, each action. Every state computes, or is refused in words.

import path from "node:path";
import { pathToFileURL } from "node:url";

const file = path.resolve(process.argv[2]);
const kit = await import(pathToFileURL(path.join(path.dirname(file), "kit.js")));
const module = await import(pathToFileURL(file));
const own = module.default;
const name = path.basename(file, ".js");
const { parameters, compute, describe, view } = module;
const actions = own?.actions ?? [];

const broken = new Set();
const promise = (kept, said) => kept || broken.add(said);
const end = (looked) => {
  console.log(looked);
  for (const line of [...broken].slice(0, 40)) console.log(`! ${line}`);
  process.exit(broken.size ? 1 : 0);
};

// ---- parts and parameters

for (const [part, kind] of Object.entries({ parameters: "object", compute: "function", describe: "function", view: "function" })) {
  promise(typeof module[part] === kind, `does not export ${part}`);
  promise(own?.[part] === module[part], `its default export has another ${part}`);
}
promise(own?.name === name, `is called ${own?.name}, its file ${name}.js`);
promise(own?.title?.trim(), "has no title");
promise(typeof own?.render === "function", "its default export was not made by explorable()");
if (broken.size) end("parts");

for (const [key, parameter] of Object.entries(parameters)) {
  promise(kit.read(parameter, parameter.start) === parameter.start, `${key} cannot start at ${parameter.start}`);
  promise(parameter.label?.trim(), `${key} has no label`);
  if (parameter.kind === "number") {
    for (const end of ["low", "high"]) {
      promise(kit.read(parameter, parameter[end]) === parameter[end], `${key} cannot be ${parameter[end]}, its ${end} end`);
    }
  }
  if (parameter.kind !== "text") continue;
  for (const wrong of ["?", "<b>", "x".repeat(5000)]) {
    promise(kit.read(parameter, wrong) === undefined, `${key} takes ${wrong.slice(0, 9)} for a value`);
  }
  promise(parameter.hidden || parameter.examples?.length, `${key} is typed in, so it needs examples: [other values]`);
}
for (const { label, run } of actions) promise(label?.trim() && typeof run === "function", `action ${label} needs a label and run`);
if (broken.size) end("parameters");

// ---- one state

const where = (error) => error.stack.split("\n").slice(0, 3).join(" ").replace(/\s+/g, " ");
const pictureOf = (state, data, set = () => {}) => kit.h("div", {}, view(state, data, set));

// Everything comparable: big integers, lists of numbers, sets, maps.
const plain = (value) =>
  JSON.stringify(value, (_, v) => {
    if (typeof v === "bigint") return `${v}n`;
    if (v instanceof Map || v instanceof Set) return [...v];
    if (ArrayBuffer.isView(v)) return Array.from(v, String);
    return typeof v === "number" && !Number.isFinite(v) ? String(v) : v;
  });

const NOTHING = /\b(NaN|undefined|Infinity|null)\b|\[object/;

// The nodes of a picture, and its visible part as a string: no words for screen readers, nothing that listens.
function walk(node, place, found) {
  if (typeof node !== "object") {
    promise(!NOTHING.test(String(node)), `draws the words "${node}" ${place}`);
    return String(node);
  }
  promise(typeof node.tag === "string" && node.attributes && Array.isArray(node.children), `draws what h() did not make, ${place}`);
  found.push(node);
  const seen = [];
  for (const [key, value] of Object.entries(node.attributes)) {
    if (key.startsWith("on") || value === null || value === undefined) continue;
    promise(!NOTHING.test(String(value)), `<${node.tag}> has ${key}="${value}" ${place}`);
    if (!/^(aria-|data-|key$|role$|tabindex$|title$|id$)/.test(key)) seen.push(`${key}=${value}`);
  }
  const keys = node.children.map((child) => child?.attributes?.key).filter((key) => key !== undefined);
  promise(new Set(keys).size === keys.length, `<${node.tag}> has two children with one key, ${keys} ${place}`);
  return `<${node.tag} ${seen.join(" ")}>${node.children.map((child) => walk(child, place, found)).join("")}</>`;
}

const states = new Map(); // by what they hold
let refused = 0;

// The state shown, or null where it is impossible; *again* looks whether the same comes out twice.
function visit(state, again = false) {
  const id = plain(state);
  if (states.has(id)) return states.get(id);
  const place = `at ${plain(kit.changed(parameters, state))}`;
  Object.freeze(state);
  let data;
  try {
    data = compute(state);
  } catch (error) {
    refused++;
    const meant = error.constructor === Error && error.message.trim().split(/\s+/).length >= 4;
    promise(meant, `cannot compute ${place}: ${where(error)}`);
    states.set(id, null);
    return null;
  }
  let shown = null;
  try {
    const before = again && plain(data);
    const nodes = [];
    const picture = walk(pictureOf(state, data), place, nodes);
    const sentence = describe(state, data);
    shown = { state, data, picture, sentence, nodes, place };
    said(sentence, place);
    drawn(nodes, place);
    if (again) {
      promise(plain(data) === before, `drawing changes the data ${place}`);
      const next = compute({ ...state });
      promise(plain(next) === before, `computes other data again ${place}`);
      const twice = walk(pictureOf(state, next), place, []);
      promise(twice === picture && describe(state, next) === sentence, `draws or says something else again ${place}`);
    }
  } catch (error) {
    promise(false, `cannot draw ${place}: ${where(error)}`);
  }
  states.set(id, shown);
  return shown;
}

function said(sentence, place) {
  if (typeof sentence !== "string") return promise(false, `describe() gives no words ${place}`);
  promise(sentence === sentence.trim() && /[.!?]$/.test(sentence), `the last sentence does not end ${place}: ${sentence}`);
  const count = (sentence.match(/[.!?](?=\s|$)/g) ?? []).length;
  promise(count >= 1 && count <= 3, `${count} sentences ${place}: ${sentence}`);
  promise(!NOTHING.test(sentence), `says ${sentence} ${place}`);
}

function drawn(nodes, place) {
  promise(nodes.some(({ tag }) => tag === "svg" || tag === "canvas"), `draws no picture ${place}`);
  const ids = nodes.map(({ attributes }) => attributes.id).filter((id) => id !== undefined);
  promise(new Set(ids).size === ids.length, `uses an id twice ${place}: ${ids}`);
  for (const { tag, attributes: a } of nodes) {
    if (a.role === "slider" || a.role === "button") promise(a["aria-label"]?.trim(), `a ${a.role} has no aria-label ${place}`);
    if (a.role === "slider") {
      const inside = a["aria-valuemin"] <= a["aria-valuenow"] && a["aria-valuenow"] <= a["aria-valuemax"];
      promise(inside, `slider ${a["aria-label"]} stands at ${a["aria-valuenow"]}, outside of its ends ${place}`);
    }
    promise(!a.onclick || a.onkeydown || tag === "button", `a <${tag}> can be clicked, not pressed by a key ${place}`);
    promise(!a.onpointerdown || a.onkeydown, `a <${tag}> can be dragged, not moved by keys ${place}`);
  }
}

// ---- what a reader can do in a state

const KEYS = ["ArrowRight", "ArrowLeft", "PageUp", "Home", "End", "Enter"];

// Runs *act* with a set() that only writes down; the next state, or null if nothing was moved.
function after(shown, act, doer) {
  let next = { ...shown.state };
  const set = (moves) => {
    const { state, refused: wrong } = kit.complete(parameters, { ...next, ...moves });
    promise(!wrong.length, `${doer} sets what is no value, ${wrong.map((key) => `${key}: ${moves[key]}`)} ${shown.place}`);
    next = state;
  };
  act(set);
  return plain(next) === plain(shown.state) ? null : next;
}

// [who does it, next state], for everything that can be done in the picture and by actions.
function deeds(shown) {
  const done = [];
  const nodes = [];
  let listener;
  walk(pictureOf(shown.state, shown.data, (moves) => listener(moves)), shown.place, nodes);
  for (const { attributes: a } of nodes) {
    const doer = `${a.role ?? "element"} "${a["aria-label"] ?? ""}"`;
    const ways = [];
    if (a.onkeydown) for (const key of KEYS) ways.push(() => a.onkeydown({ key, preventDefault() {}, stopPropagation() {} }));
    if (a.onclick) ways.push(() => a.onclick({ preventDefault() {}, stopPropagation() {} }));
    const next = ways.map((way) => after(shown, (set) => ((listener = set), way()), doer)).filter(Boolean);
    const chosen = String(a["aria-pressed"]) === "true" || String(a["aria-disabled"]) === "true";
    promise(!ways.length || next.length || chosen, `${doer} does nothing ${shown.place}`);
    for (const state of next) done.push([doer, state]);
  }
  for (const action of actions) {
    if (action.able && !action.able(shown.state, shown.data)) continue;
    const doer = `action "${action.label}"`;
    const next = after(shown, (set) => set(action.run(shown.state, shown.data)), doer);
    promise(next, `${doer} can be pressed and does nothing ${shown.place}`);
    if (next) done.push([doer, next]);
  }
  return done;
}

// ---- the states to look at

const draw = kit.chance(1);
const pick = (list) => list[Math.floor(draw() * list.length)];
const values = Object.fromEntries(Object.entries(parameters).map(([key, parameter]) => [key, new Set([parameter.start, ...ends(parameter)])]));

function ends(parameter) {
  if (parameter.kind === "number") return [parameter.low, parameter.high];
  if (parameter.kind === "choice") return Object.keys(parameter.options);
  return parameter.kind === "toggle" ? [false, true] : (parameter.examples ?? []);
}
const inside = (key) => {
  const { kind, low, high } = parameters[key];
  return kind === "number" ? kit.read(parameters[key], low + draw() * (high - low)) : pick([...values[key]]);
};
const drawnStates = (count, from) =>
  Array.from({ length: count }, () => Object.fromEntries(Object.keys(parameters).map((key) => [key, from(key)])));

const start = visit(kit.complete(parameters, {}).state, true);
if (!start) end("the start");
const moved = new Map(); // who -> [pictures changed, sentences changed, both, tried]
const note = (doer, one, other) => {
  if (!one || !other) return;
  const seen = moved.get(doer) ?? { picture: 0, words: 0, both: 0, tried: 0 };
  const [picture, words] = [one.picture !== other.picture, one.sentence !== other.sentence];
  moved.set(doer, { picture: seen.picture + picture, words: seen.words + words, both: seen.both + (picture && words), tried: seen.tried + 1 });
};

// By doing: from the start outwards, and from a few states that parameters lead to.
const todo = [start, ...drawnStates(8, inside).map((state) => visit(state, true))].filter(Boolean);
for (let step = 0; step < todo.length && step < 24; step++) {
  for (const [doer, state] of deeds(todo[step])) {
    const shown = states.size < 400 ? visit(state) : states.get(plain(state));
    note(doer, todo[step], shown);
    for (const key of Object.keys(parameters)) {
      if (parameters[key].kind === "text" && values[key].size < 12) values[key].add(state[key]);
      if (shown && state[key] !== todo[step].state[key] && Object.keys(state).every((k) => k === key || state[k] === todo[step].state[k])) note(key, todo[step], shown);
    }
    if (shown && !todo.includes(shown)) todo.splice(step + 1 + Math.floor(draw() * (todo.length - step)), 0, shown);
  }
}
// By setting: each parameter alone to all that is known of it, then corners, then draws between.
for (const base of todo.slice(0, 6)) {
  for (const key of Object.keys(parameters)) {
    for (const value of new Set([...values[key], inside(key), inside(key)])) {
      if (value !== base.state[key]) note(key, base, visit({ ...base.state, [key]: value }));
    }
  }
}
for (const state of [...drawnStates(100, (key) => pick([...values[key]])), ...drawnStates(100, inside)]) visit(state);

for (const key of Object.keys(parameters)) {
  const seen = moved.get(key);
  promise(seen, `${key} never changes: nothing in the picture moves it, and it has no examples`);
  promise(!seen || seen.picture, `${key} changes no picture`);
  promise(!seen || seen.words, `${key} changes no sentence`);
  promise(!seen || !seen.picture || !seen.words || seen.both, `${key} never changes picture and sentence together`);
}
for (const { label } of actions) {
  const seen = moved.get(`action "${label}"`);
  promise(seen, `action "${label}" can never be pressed`);
  promise(!seen || seen.both, `action "${label}" does not change picture and sentence`);
}
promise(refused * 2 <= states.size, `${refused} of ${states.size} settings are refused`);

// ---- an address brings every state back, and wrong ones are named

for (const shown of [...states.values()].filter(Boolean).slice(0, 100)) {
  const { searchParams } = new URL(kit.address(name, kit.changed(parameters, shown.state), `https://example.org/page?other=1&${name}.old=2`));
  const given = [...searchParams].filter(([key]) => key.startsWith(`${name}.`)).map(([key, value]) => [key.slice(name.length + 1), value]);
  const back = kit.complete(parameters, Object.fromEntries(given));
  promise(!back.refused.length && plain(back.state) === plain(shown.state), `its address does not bring it back ${shown.place}`);
  promise(searchParams.get("other") === "1", "its address forgets what others have written there");
}

end(`${states.size} states, ${refused} refused, ${moved.size} ways to change the picture`);
