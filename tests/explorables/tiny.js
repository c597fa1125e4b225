// Not for readers: one of everything, small, for tests of the kit and of the contract.

import { choice, explorable, h, handle, number, press, svg, text, toggle, words } from "./kit.js";

export const parameters = {
  n: number("boxes", 3, 1, 9, 1),
  open: toggle("open", false),
  colour: choice("colour", "red", { red: "Red", blue: "Blue" }),
  marked: text("marked boxes", "0", (asked) => /^[0-8]$/.test(asked), { hidden: true }),
};

export const doubled = (value) => value * 2;
export function halves(whole) {
  if (whole < 0n) throw new Error(`whole must be at least 0, got ${whole}`);
  return [whole / 2n, whole - whole / 2n];
}
export const thirds = (count) => Float64Array.from({ length: count }, (_, i) => i / 3);

export function compute(state) {
  if (state.n === 9 && state.open) throw new Error("n must be below 9 for open boxes, got 9");
  return { boxes: Array.from({ length: state.n }, (_, i) => i), mark: Number(state.marked) % state.n };
}

export const describe = (state, { boxes, mark }) =>
  `${boxes.length} ${state.colour} boxes, ${state.open ? "open" : "shut"}. Number ${mark} is marked.`;

export function view(state, { boxes, mark }, set) {
  const box = (i) => h("rect", {
    key: i, x: 20 * i, y: 10, width: 18, height: 18,
    fill: i === mark ? "gold" : state.colour, "fill-opacity": state.open ? 0.5 : 1,
    ...press(`mark box ${i}`, () => set({ marked: String(i) }), i === mark),
  });
  return svg(200, 40, boxes.map(box), words(5, 38, "boxes"), h("circle", {
    cx: 20 * state.n, cy: 34, r: 5,
    ...handle({ label: "boxes", value: state.n, low: 1, high: 9, from: (at) => at.x / 20, to: (n) => set({ n }) }),
  }));
}

const actions = [
  { label: "One more", run: (state) => ({ n: state.n + 1 }), able: (state) => state.n < 8 },
];
export default explorable({ name: "tiny", title: "Boxes", parameters, compute, describe, view, actions });
