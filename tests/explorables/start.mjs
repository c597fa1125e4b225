// What an explorable says and draws at its start, as JSON: node start.mjs FILE.js

import path from "node:path";
import { pathToFileURL } from "node:url";

const { parameters, compute, describe, view } = await import(pathToFileURL(path.resolve(process.argv[2])));
const state = Object.fromEntries(Object.entries(parameters).map(([key, { start }]) => [key, start]));
const data = compute(state);
console.log(JSON.stringify({ sentence: describe(state, data), drawn: JSON.stringify(view(state, data, () => {})) }));
