// Unpacks plotly's drawing code, once a page for each version of it, and hands it to every figure that waits.
// Several kernels may offer the same code (two notebooks in one page, a kernel that was restarted): the first one is
// taken. Nothing here is awaited by anywidget.

const slots = (globalThis.polyquantBundles ??= new Map());

// anywidget gives every model two seconds to get ready, and what the kernel sends to one that took longer is lost for
// good. A slow machine that draws another figure meanwhile takes longer: a minute instead.
if (!globalThis.polyquantPatience) {
  globalThis.polyquantPatience = true;
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (ms) => timeout(ms === 2000 ? 60000 : ms);
}

function slot(version) { // the same in _figure.js: modules from two models cannot import each other
  if (!slots.has(version)) slots.set(version, Promise.withResolvers?.() ?? deferred());
  return slots.get(version);
}

function deferred() {
  const out = {};
  out.promise = new Promise((resolve, reject) => Object.assign(out, { resolve, reject }));
  return out;
}

async function unpack(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const code = new Blob([await new Response(stream).arrayBuffer()], { type: "text/javascript" });
  await new Promise((resolve) => setTimeout(resolve, 100)); // models that came along get ready before the page is busy
  const url = URL.createObjectURL(code);
  try {
    return await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

function initialize({ model }) {
  const place = slot(model.get("version"));
  if (place.taken) return;
  place.taken = true;
  unpack(model.get("packed")).then(place.resolve, (error) => {
    slots.delete(model.get("version")); // the next kernel may try again
    place.reject(error);
  });
}

export default { initialize };
