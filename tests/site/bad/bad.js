// A dead control, one that only the picture follows, a slow step, a dead handle, a dead button.
import { number, explorable, h, svg, handle, press, words } from "./kit.js";
export const parameters = { live: number("live", 3, 0, 9, 1), dead: number("dead", 3, 0, 9, 1), mute: number("mute", 3, 0, 9, 1) };
export const compute = ({ live, mute }) => { const end = performance.now() + 60; while (performance.now() < end); return { live, mute }; };
export const describe = (state, data) => `It is ${data.live}.`;
export const view = (state, data, set) => [svg(640, 200, words(20, 40, data.live), words(20, 80, data.mute),
  h("circle", { cx: 300, cy: 100, r: 20, ...handle({ label: "stuck", value: 3, low: 0, high: 9, from: () => 3, to: () => {} }) }),
  h("rect", { x: 400, y: 50, width: 40, height: 40, ...press("deaf", () => {}) }))];
export default explorable({ name: "bad", title: "Bad", parameters, compute, describe, view, actions: [{ label: "Idle", run: () => ({}) }] });
