// What the explorables share: parameters, controls, a tree of elements that is patched in place, and a state that lives
// in a notebook's widget or in a page's address. An explorable is one file that exports, in this order,
//
//   parameters        what the reader may change: number, choice, toggle, text
//   compute(state)    numbers and strings, nothing of the page; throws an Error whose message helps
//   describe(state, data)     one to three sentences with the same facts as the picture
//   view(state, data, set)    what is drawn, as nodes of h(); set({name: value}) moves parameters
//   default explorable({name, title, parameters, compute, describe, view, actions})
//
// The first four touch no page, so Node can test them. In a notebook this file and the explorable are joined into one
// module (polyquant_widgets._explorable), so names in the two must differ.

// ---------------------------------------------------------------------------------------------- parameters

export const number = (label, start, low, high, step, more = {}) => ({ kind: "number", label, start, low, high, step, ...more });
export const choice = (label, start, options, more = {}) => ({ kind: "choice", label, start, options, ...more }); // {value: words}
export const toggle = (label, start, more = {}) => ({ kind: "toggle", label, start, ...more });
// Words that have no control of their own (hidden: true) or a line to type in; allowed(text) says what is one. The first
// of examples stands in the empty line.
export const text = (label, start, allowed, more = {}) => ({ kind: "text", label, start, allowed, ...more });

// *value* (perhaps the text of an address) as a value of the parameter, or undefined if it is none.
export function read(parameter, value) {
  if (parameter.kind === "toggle") return new Map([["true", true], ["1", true], ["false", false], ["0", false]]).get(String(value));
  if (parameter.kind === "choice") return Object.hasOwn(parameter.options, value) ? String(value) : undefined;
  if (parameter.kind === "text") return typeof value === "string" && parameter.allowed(value) ? value : undefined;
  const asked = typeof value === "string" && value.trim() === "" ? NaN : Number(value);
  if (!Number.isFinite(asked) || asked < parameter.low || asked > parameter.high) return undefined;
  const steps = Math.round((asked - parameter.low) / parameter.step);
  return Number((parameter.low + steps * parameter.step).toFixed(9));
}

// Starting values with *given* ones over them, and the names of those that could not be.
export function complete(parameters, given) {
  const state = Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, parameter.start]));
  const refused = [];
  for (const [name, value] of Object.entries(given ?? {})) {
    const good = Object.hasOwn(parameters, name) ? read(parameters[name], value) : undefined;
    if (good === undefined) refused.push(name);
    else state[name] = good;
  }
  return { state, refused };
}

// Only what differs from the start: short addresses, and a later, better start reaches old ones.
export const changed = (parameters, state) =>
  Object.fromEntries(Object.entries(state).filter(([name, value]) => value !== parameters[name].start));

// ---------------------------------------------------------------------------------------------- elements

// A node: h("rect", {x: 1, onclick: f}, children...). Children are nodes, strings or lists of them; null and false vanish.
// A listener that returns false prevents what the browser would do.
// An attribute "key" tells which element of the last picture a node is when others come or go before it.
export const h = (tag, attributes, ...children) => ({
  tag,
  attributes: attributes ?? {},
  children: children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== true),
});

const SVG = "http://www.w3.org/2000/svg";
const LIVE = new Set(["value", "checked"]); // what a reader changes: set as properties

// Make *parent* hold *nodes*, keeping elements that are still wanted, with their focus and their hold on a finger.
export function patch(parent, nodes) {
  const old = [...parent.childNodes];
  const keyed = new Map();
  const loose = [];
  for (const element of old) element.pqKey === undefined ? loose.push(element) : keyed.set(element.pqKey, element);
  let next = 0;
  const wanted = nodes.map((node) => {
    const key = node.attributes?.key;
    return renewed(key === undefined ? loose[next++] : keyed.get(key), node, parent);
  });
  if (wanted.length === old.length && wanted.every((element, place) => element === old[place])) return;
  const kept = new Set(wanted);
  for (const element of old) if (!kept.has(element)) element.remove();
  wanted.forEach((element, place) => {
    // An element that is moved loses focus and finger, so whatever stands before the one that holds them goes first.
    const held = element.contains(document.activeElement);
    while (held && element.parentNode && parent.childNodes[place] !== element) parent.append(parent.childNodes[place]);
    if (parent.childNodes[place] !== element) parent.insertBefore(element, parent.childNodes[place] ?? null);
  });
}

function renewed(found, node, parent) {
  if (typeof node !== "object") {
    if (found?.nodeType !== 3) return document.createTextNode(node);
    if (found.data !== String(node)) found.data = node;
    return found;
  }
  const { tag, attributes, children } = node;
  const element = found?.localName === tag ? found : document.createElementNS(tag === "svg" ? SVG : parent.namespaceURI, tag);
  element.pqKey = attributes.key;
  dress(element, attributes);
  patch(element, children);
  if (tag === "select" && "value" in attributes) element.value = attributes.value; // its options are there only now
  return element;
}

function dress(element, attributes) {
  const before = element.pqAttributes ?? {};
  for (const name in before) {
    if (name in attributes) continue;
    if (name.startsWith("on")) element[name] = null;
    else element.removeAttribute(name);
  }
  for (const name in attributes) {
    const value = attributes[name];
    if (name === "key") continue;
    if (LIVE.has(name)) String(element[name]) !== String(value) && (element[name] = value);
    else if (value === before[name]) continue; // asking the element would take longer
    else if (name.startsWith("on")) element[name] = value ?? null;
    else if (value === null || value === undefined || (value === false && !name.startsWith("aria-"))) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
  element.pqAttributes = attributes;
}

// ---------------------------------------------------------------------------------------------- handles

// JupyterLab listens before the page does, and would take arrows to go to another cell; it asks the focused element.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

// Attributes that make an element of a picture a slider for mouse, finger and keys. *from* turns a place of the pointer,
// in units of the picture's viewBox, into a value; *to* receives the value, already rounded and inside.
export function handle({ label, value, low, high, step = 1, words = String(value), from, to, vertical = false }) {
  const put = (asked) => {
    const whole = low + Math.round((asked - low) / step) * step;
    const next = Number(Math.min(high, Math.max(low, whole)).toFixed(9));
    if (next !== value) to(next);
  };
  const far = Math.max(step, (high - low) / 10);
  const moves = { ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step, PageUp: far, PageDown: -far };
  return {
    ...OWN_KEYS, role: "slider", tabindex: 0, class: "pq-handle", "aria-label": label, "aria-valuemin": low, "aria-valuemax": high,
    "aria-valuenow": value, "aria-valuetext": words, "aria-orientation": vertical ? "vertical" : "horizontal",
    onkeydown: (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own, such as going back
      if (event.key in moves) put(value + moves[event.key]);
      else if (event.key === "Home") put(low);
      else if (event.key === "End") put(high);
      else return;
      event.preventDefault();
    },
    ontouchstart: (event) => event.preventDefault(), // or the page scrolls: touch-action is not heard inside an svg
    onpointerdown: (event) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      event.currentTarget.focus();
      event.preventDefault();
    },
    onpointermove: (event) => void (event.currentTarget.hasPointerCapture(event.pointerId) && put(from(place(event)))),
  };
}

// Where a pointer is, in units of the viewBox of the picture around it.
export function place(event) {
  const picture = event.currentTarget.ownerSVGElement ?? event.currentTarget;
  return new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
}

// Attributes that make an element of a picture a button for mouse, finger and keys.
export const press = (label, act, pressed) => ({
  ...OWN_KEYS, role: "button", tabindex: 0, class: "pq-press", "aria-label": label, "aria-pressed": pressed, onclick: act,
  onkeydown: (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act(event);
  },
});

// ---------------------------------------------------------------------------------------------- pictures

// Colours with the meanings that live figures give them (polyquant_widgets._theme).
export const INK = "#2b2b2b", MUTED = "#6b6b6b", GRID = "#e4e4e4", SHADE = "#dbe8f1", PAPER = "#ffffff";
export const SIGNAL = "#0072b2", ACCENT = "#d55e00", ACCENT_INK = "#b34f00", GOOD = "#1f9e63", WARNING = "#b3002d";
export const CYCLE = [SIGNAL, ACCENT, GOOD, "#b0688a", "#7959e7", "#594d41"];

// A picture *width* by *height* units, drawn as wide as its box. Its words are the sentence below it, so it is no image
// of its own to a screen reader; the handles in it are.
export const svg = (width, height, ...children) =>
  h("svg", { viewBox: `0 0 ${width} ${height}`, class: "pq-picture", role: "group", "aria-label": "picture" }, children);
// Words at a place; more = {"text-anchor": "middle", fill: ..., "font-size": ...}
export const words = (x, y, said, more) => h("text", { x, y, fill: INK, "font-size": 14, ...more }, String(said));
// Parts side by side, or where there is no room one below the other.
export const beside = (...parts) => h("div", { class: "pq-beside" }, parts.map((part) => h("div", {}, part)));
export const between = (low, high, from, to) => (value) => from + ((value - low) / (high - low || 1)) * (to - from); // a linear scale
// A number as a reader wants it: 3 digits that count unless *digits* says more, thin spaces left to the browser.
export const shown = (value, digits = 3) =>
  Number.isInteger(value) ? value.toLocaleString("en-US") : Number(value.toPrecision(digits)).toLocaleString("en-US", { maximumFractionDigits: 12 });

export const listed = (parts) => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`);
export const counted = (many, one) => `${many || "no"} ${one}${many === 1 ? "" : "s"}`;

// ---------------------------------------------------------------------------------------------- chance

// Numbers from 0 to 1 that a seed decides (mulberry32): the same picture for everyone who opens an address.
export function chance(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// ---------------------------------------------------------------------------------------------- the explorable

export function explorable(parts) {
  return { ...parts, render: ({ model, el }) => render(parts, model, el) };
}

// *model* is a widget of a notebook or what addressModel makes. Returns how to stop.
function render(parts, model, el) {
  const { name, title, parameters, compute, describe, view, actions = [] } = parts;
  const start = complete(parameters).state;
  const root = document.createElement("section");
  root.className = "pq-explorable";
  root.dataset.explorable = name;
  root.tabIndex = -1;
  root.setAttribute("aria-label", title);
  el.replaceChildren(root);
  let state, saving, problem = "", note = "";
  let last = { state: start, data: compute(start) }; // the last settings that were possible

  const set = (moves) => {
    const next = complete(parameters, { ...state, ...moves });
    if (next.refused.length) throw new Error(`${name}: no such value, ${JSON.stringify(moves)}`);
    state = next.state;
    step("");
    clearTimeout(saving);
    saving = setTimeout(save, 150); // a drag is one change
  };
  const save = () => {
    clearTimeout(saving);
    model.set("state", changed(parameters, state));
    model.save_changes();
  };
  const step = (words) => {
    const began = performance.now();
    problem = words;
    note = "";
    try {
      last = { state, data: compute(state) };
    } catch (error) {
      problem = `${problem} ${error.message.replace(/\.$/, "")}. The picture shows the last settings that were possible.`.trim();
    }
    draw();
    root.getBoundingClientRect(); // what the step costs includes laying it out
    root.dataset.ms = (performance.now() - began).toFixed(2);
    root.dataset.steps = Number(root.dataset.steps ?? 0) + 1;
  };
  const refuse = (words) => {
    problem = words;
    draw();
  };
  const draw = () => {
    const inside = root.contains(document.activeElement);
    patch(root, [
      h("div", { class: "pq-controls" }, Object.entries(parameters).map(([key, parameter]) => control(key, parameter, state[key], set, refuse))),
      h("div", { class: "pq-actions" },
        actions.map(({ label, run, able }) => button(label, () => set(run(last.state, last.data)), able?.(last.state, last.data) ?? true)),
        button("Start again", () => set(start), Object.keys(changed(parameters, state)).length > 0),
        h("button", { type: "button", class: "pq-quiet", ...OWN_KEYS, onclick: copy }, note || (model.address ? "Copy a link to this" : "Copy this as code"))),
      h("p", { class: "pq-alert", role: "alert", hidden: !problem }, problem),
      h("div", { class: "pq-stage" }, view(last.state, last.data, set)),
      h("p", { class: "pq-status", role: "status" }, describe(last.state, last.data)),
    ]);
    if (inside && !root.contains(document.activeElement)) root.focus({ preventScroll: true }); // what had it is gone
  };
  const copy = async () => {
    save();
    const copied = model.address?.() ?? code(name, changed(parameters, state));
    try {
      await navigator.clipboard.writeText(copied);
      note = "Copied";
    } catch {
      note = copied; // to be copied by hand
    }
    draw();
  };
  const load = () => {
    const given = complete(parameters, model.get("state"));
    if (state && JSON.stringify(given.state) === JSON.stringify(state)) return;
    clearTimeout(saving);
    state = given.state;
    step(given.refused.length ? `Not a setting of this picture, so left as it was: ${given.refused.join(", ")}.` : "");
  };
  model.on("change:state", load);
  load();
  return () => {
    clearTimeout(saving);
    model.off("change:state", load);
  };
}

function control(key, parameter, value, set, refuse) {
  if (parameter.hidden) return null;
  const label = parameter.label + (parameter.unit ? `, ${parameter.unit}` : "");
  const common = { "aria-label": label, title: parameter.hint, "data-parameter": key, ...OWN_KEYS };
  const put = (asked) => {
    const good = read(parameter, asked);
    if (good !== undefined) set({ [key]: good });
    else refuse(`${label} cannot be ${JSON.stringify(asked)}. ${parameter.hint ?? ""}`);
  };
  if (parameter.kind === "toggle") {
    return h("label", { class: "pq-toggle", key },
      h("input", { ...common, type: "checkbox", checked: value, onchange: (event) => put(event.target.checked) }), label);
  }
  if (parameter.kind === "choice") {
    const options = Object.entries(parameter.options).map(([option, said]) => h("option", { value: option }, said));
    return h("label", { class: "pq-choice", key }, h("span", {}, label),
      h("select", { ...common, value, onchange: (event) => put(event.target.value) }, options));
  }
  if (parameter.kind === "text") {
    return h("label", { class: "pq-text", key }, h("span", {}, label),
      h("input", { ...common, type: "text", value, placeholder: parameter.examples?.[0], spellcheck: "false",
        onchange: (event) => put(event.target.value),
        onkeydown: (event) => void (event.key === "Enter" && put(event.target.value)) })); // JupyterLab takes that change away
  }
  const { low, high, step } = parameter;
  const said = parameter.shown ? parameter.shown(value) : shown(value, 6);
  return h("label", { class: "pq-number", key }, h("span", {}, label), h("output", {}, said),
    h("input", { ...common, type: "range", min: low, max: high, step, value, "aria-valuetext": said, oninput: (event) => put(event.target.value) }));
}

// Of actions = [{label, run(state, data) -> parameters to move, able(state, data)}] and of the kit. One that cannot be
// pressed keeps the focus, or a reader who presses it to the end by keys would be nowhere.
const button = (label, act, able) =>
  h("button", { type: "button", ...OWN_KEYS, "aria-disabled": able ? null : true, onclick: () => able && act() }, label);

// What a notebook's reader writes to have the same picture.
export function code(name, state) {
  const python = (value) => (value === true ? "True" : value === false ? "False" : JSON.stringify(value));
  return `explorable(${[`"${name}"`, ...Object.entries(state).map(([key, value]) => `${key}=${python(value)}`)].join(", ")})`;
}

// ---------------------------------------------------------------------------------------------- addresses

// The address of this page, or of the site's page *base*, at which explorable *name* stands as in *state*.
export function address(name, state, base = globalThis.location?.href ?? "") {
  const url = new URL(base);
  for (const key of [...url.searchParams.keys()]) if (key.startsWith(`${name}.`)) url.searchParams.delete(key);
  for (const [key, value] of Object.entries(state)) url.searchParams.set(`${name}.${key}`, value);
  return url.href;
}

// A model whose state stands in the address of the page: ?sharing.k=3&sharing.lost=2
export function addressModel(name) {
  const heard = new Set();
  const asked = () =>
    Object.fromEntries([...new URL(location.href).searchParams].filter(([key]) => key.startsWith(`${name}.`)).map(([key, value]) => [key.slice(name.length + 1), value]));
  let state = asked();
  addEventListener("popstate", () => {
    state = asked();
    for (const listener of heard) listener();
  });
  return {
    get: () => state,
    set: (_, value) => (state = value),
    save_changes: () => history.replaceState(history.state, "", address(name, state)),
    address: () => address(name, state),
    on: (_, listener) => heard.add(listener),
    off: (_, listener) => heard.delete(listener),
  };
}
