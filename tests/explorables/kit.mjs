// What kit.js promises to explorables, tried without a page: node kit.mjs kit.js.

import assert from "node:assert/strict";
import path from "node:path";
import { pathToFileURL } from "node:url";

const kit = await import(pathToFileURL(path.resolve(process.argv[2])));
const { address, addressModel, between, chance, changed, choice, complete, h, handle, number, press, read, shown, svg, text, toggle } = kit;

const parameters = {
  n: number("n", 5, 1, 10, 1),
  share: number("share", 0.3, 0, 1, 0.1),
  kind: choice("kind", "a", { a: "A", b: "B" }),
  on: toggle("on", false),
  lost: text("lost", "", (asked) => /^[0-9.]*$/.test(asked), { hidden: true }),
};

const tests = {
  "a value is read from an address as from a control"() {
    for (const [key, value, wanted] of [
      ["n", "7", 7], ["n", 7.4, 7], ["n", 1, 1], ["n", 10, 10], ["n", "1e1", 10],
      ["share", 0.1 + 0.2, 0.3], ["share", "0.70000000001", 0.7],
      ["kind", "b", "b"], ["on", "true", true], ["on", "0", false], ["on", true, true],
      ["lost", "1.2", "1.2"], ["lost", "", ""],
    ]) assert.equal(read(parameters[key], value), wanted, `${key}=${value}`);
  },
  "what is no value is not taken for one"() {
    for (const [key, value] of [
      ["n", 0], ["n", 11], ["n", ""], ["n", " "], ["n", "seven"], ["n", NaN], ["n", "Infinity"],
      ["kind", "c"], ["kind", "toString"], ["kind", ""], ["on", "yes"], ["on", ""], ["on", "constructor"],
      ["lost", "<b>"], ["lost", 12], ["lost", undefined],
    ]) assert.equal(read(parameters[key], value), undefined, `${key}=${value}`);
  },
  "given values stand over the start, wrong ones are named"() {
    const start = { n: 5, share: 0.3, kind: "a", on: false, lost: "" };
    assert.deepEqual(complete(parameters, undefined), { state: start, refused: [] });
    assert.deepEqual(complete(parameters, { n: "6", kind: "z", other: 1, __proto__x: 2 }), { state: { ...start, n: 6 }, refused: ["kind", "other", "__proto__x"] });
    assert.deepEqual(complete(parameters, { toString: 1 }).refused, ["toString"]);
  },
  "what differs from the start comes back through an address"() {
    const { state } = complete(parameters, { n: 6, on: true, lost: "1.2", share: 0.7 });
    const short = changed(parameters, state);
    assert.deepEqual(short, { n: 6, share: 0.7, on: true, lost: "1.2" });
    const url = address("x", short, "https://example.org/a?x.kind=b&y.n=3&z=1#top");
    assert.equal(url, "https://example.org/a?y.n=3&z=1&x.n=6&x.share=0.7&x.on=true&x.lost=1.2#top");
    const odd = new URL(address("x", { lost: "a&b=c d#é" }, "https://example.org/"));
    assert.equal(odd.searchParams.get("x.lost"), "a&b=c d#é");
  },
  "a page's address is the state, and going back is heard"() {
    const page = { href: "https://example.org/?x.n=6&other.n=1", heard: null };
    Object.assign(globalThis, {
      location: page,
      history: { state: null, replaceState: (_, __, url) => (page.href = url) },
      addEventListener: (name, listener) => name === "popstate" && (page.heard = listener),
    });
    const model = addressModel("x");
    assert.deepEqual(model.get("state"), { n: "6" });
    model.set("state", { kind: "b" });
    assert.ok(page.href.includes("x.n=6"), "nothing is written before it is saved");
    model.save_changes();
    assert.equal(page.href, "https://example.org/?other.n=1&x.kind=b");
    let calls = 0;
    const listener = () => calls++;
    model.on("change:state", listener);
    page.href = "https://example.org/?x.n=2";
    page.heard();
    assert.deepEqual(model.get("state"), { n: "2" });
    model.off("change:state", listener);
    page.heard();
    assert.equal(calls, 1);
  },
  "nothing vanishes but nothing"() {
    const node = h("g", null, "a", null, [undefined, [false, 0, ""]], true, h("b"));
    assert.deepEqual(node.children, ["a", 0, "", { tag: "b", attributes: {}, children: [] }]);
    assert.deepEqual(node.attributes, {});
  },
  "a seed decides chance"() {
    // mulberry32 by hand, in big integers
    const mask = (1n << 32n) - 1n;
    const slow = (seed) => {
      let a = BigInt(seed) & mask;
      return () => {
        a = (a + 0x6d2b79f5n) & mask;
        let t = ((a ^ (a >> 15n)) * (a | 1n)) & mask;
        t = ((t + ((t ^ (t >> 7n)) * (t | 61n))) & mask) ^ t;
        return Number(t ^ (t >> 14n)) / 4294967296;
      };
    };
    for (const seed of [0, 1, 2, 12345, 4294967295]) {
      const [one, other] = [chance(seed), slow(seed)];
      const drawn = Array.from({ length: 200 }, one);
      assert.deepEqual(drawn, Array.from({ length: 200 }, other));
      assert.ok(Math.abs(drawn.reduce((a, b) => a + b) / 200 - 0.5) < 0.1);
    }
  },
  "numbers are written for readers"() {
    for (const [value, digits, wanted] of [
      [1234567, 3, "1,234,567"], [0.123456, 3, "0.123"], [12.3456, 3, "12.3"], [1234.5678, 6, "1,234.57"], [0.00012345, 3, "0.000123"], [-2, 3, "-2"],
    ]) assert.equal(shown(value, digits), wanted);
    assert.equal(between(0, 10, 100, 200)(2.5), 125);
    assert.equal(between(3, 3, 100, 200)(3), 100); // no width, no division by zero
  },
  "lists and counts are words"() {
    assert.deepEqual([[], ["a"], ["a", "b"], [1, 2, 3]].map(kit.listed), ["", "a", "a and b", "1, 2 and 3"]);
    assert.deepEqual([0, 1, 2].map((many) => kit.counted(many, "bit")), ["no bits", "1 bit", "2 bits"]);
  },
  "keys move a handle by steps and stay inside"() {
    for (const [key, wanted] of Object.entries({
      ArrowRight: 0.4, ArrowUp: 0.4, ArrowLeft: 0.2, ArrowDown: 0.2, PageUp: 0.4, PageDown: 0.2, Home: 0, End: 1, Tab: undefined, a: undefined,
    })) {
      let got;
      let stopped = 0;
      const attributes = handle({ label: "share", value: 0.3, low: 0, high: 1, step: 0.1, from: () => 0, to: (value) => (got = value) });
      attributes.onkeydown({ key, preventDefault: () => stopped++ });
      assert.equal(got, wanted, key);
      assert.equal(stopped, wanted === undefined ? 0 : 1, key);
      attributes.onkeydown({ key, altKey: true, preventDefault: assert.fail }); // back, in most browsers
    }
    let moved = 0;
    const end = handle({ label: "n", value: 10, low: 1, high: 10, to: () => moved++ });
    end.onkeydown({ key: "ArrowRight", preventDefault() {} });
    assert.equal(moved, 0);
    assert.deepEqual([end.role, end["aria-label"], end["aria-valuemin"], end["aria-valuenow"], end["aria-valuemax"]], ["slider", "n", 1, 10, 10]);
  },
  "Enter and space press"() {
    let count = 0;
    const attributes = press("box", () => count++);
    for (const key of ["Enter", " ", "x", "Tab"]) attributes.onkeydown({ key, preventDefault() {} });
    attributes.onclick();
    assert.equal(count, 3);
    assert.equal(attributes.role, "button");
  },
  "a notebook's line of code says the state in Python"() {
    assert.equal(kit.code("x", { n: 6, on: true, lost: 'a"b', kind: "true" }), 'explorable("x", n=6, on=True, lost="a\\"b", kind="true")');
  },
  "a picture is as many units as it says"() {
    assert.equal(svg(640, 300, "a").attributes.viewBox, "0 0 640 300");
  },
};

let failed = 0;
for (const [title, test] of Object.entries(tests)) {
  try {
    test();
  } catch (error) {
    failed++;
    console.log(`! ${title}: ${error.message}`);
  }
}
console.log(`${Object.keys(tests).length} tests of the kit, ${failed} failed`);
process.exit(failed ? 1 : 0);
