// Calls exported functions and compares with what is expected: node vectors.mjs FILE.js, cases as JSON on standard input.
// Prints each difference on a line that begins with "!"; exit status 1 if there is one.
//
// A case is {call, arguments, expected, tolerance} or {call, arguments, raises}. {"big": "123"} in arguments is 123n; a
// big integer that comes back equals its decimal string, a list of numbers of any kind equals an array.

import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const module = await import(pathToFileURL(path.resolve(process.argv[2])));
const cases = JSON.parse(readFileSync(0, "utf8"), (_, value) => (typeof value?.big === "string" ? BigInt(value.big) : value));

const json = (value) => JSON.stringify(value, (_, v) => (typeof v === "bigint" ? String(v) : v));

// Where *got* is not *wanted*, in words; "" if it is. Integers are equal or not; other numbers up to the tolerance,
// which is relative above 1.
function differs(got, wanted, tolerance, place = "") {
  if (ArrayBuffer.isView(got) || got instanceof Set) got = [...got];
  if (got instanceof Map) got = Object.fromEntries(got);
  if (typeof got === "bigint") got = String(got);
  const told = `${place || "result"} is ${json(got)}, not ${JSON.stringify(wanted)}`;
  if (typeof wanted === "number" && typeof got === "number") {
    const exact = tolerance === undefined && Number.isInteger(wanted) && Number.isInteger(got);
    const close = exact ? got === wanted : Math.abs(got - wanted) <= (tolerance ?? 1e-9) * Math.max(1, Math.abs(wanted));
    return close ? "" : told;
  }
  if (wanted === null || typeof wanted !== "object") return (got ?? null) === wanted ? "" : told;
  if (got === null || typeof got !== "object" || Array.isArray(got) !== Array.isArray(wanted)) return told;
  const keys = Object.keys(wanted);
  const others = Object.keys(got).filter((key) => !(key in wanted));
  if (others.length || (Array.isArray(got) && got.length !== wanted.length)) return `${told}${Array.isArray(got) ? "" : `: ${others} too many`}`;
  return keys.map((key) => differs(got[key], wanted[key], tolerance, `${place}[${key}]`)).find(Boolean) ?? "";
}

function complaint({ call, arguments: given, expected, raises, tolerance }) {
  if (typeof module[call] !== "function") return "is not exported";
  try {
    const got = module[call](...given);
    return raises === undefined ? differs(got, expected, tolerance) : `does not raise "${raises}", gives ${json(got)}`;
  } catch (error) {
    return raises !== undefined && error.message.includes(raises) ? "" : `raises ${error}`;
  }
}

let wrong = 0;
for (const one of cases) {
  const said = complaint(one);
  if (said && ++wrong <= 20) {
    const given = json(one.arguments).slice(1, -1);
    console.log(`! ${one.call}(${given.length > 300 ? `${given.slice(0, 300)}...` : given}) ${said.slice(0, 300)}`);
  }
}
console.log(`${cases.length} cases, ${wrong} wrong`);
process.exit(wrong ? 1 : 0);
