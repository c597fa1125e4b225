// A figure that borrows the drawing code of the page instead of bringing 5 MB of its own.
// Until the code is there, changes sent by the kernel are kept and then applied in order.

const slots = (globalThis.polyquantBundles ??= new Map());
const CHANGES = [
  "update", "restyle", "relayout", "addTraces", "deleteTraces", "moveTraces", "animate", "removeLayoutProps",
  "removeTraceProps",
].map((word) => `_py2js_${word}`);

function slot(version) { // the same in _bundle.js
  if (!slots.has(version)) slots.set(version, Promise.withResolvers?.() ?? deferred());
  return slots.get(version);
}

function deferred() {
  const out = {};
  out.promise = new Promise((resolve, reject) => Object.assign(out, { resolve, reject }));
  return out;
}

// Stop plotly from reporting every redrawing and every move of the mouse to the kernel, which uses neither, and fit the
// figure to its box when a side panel opens, not only when the window changes.
function tame({ FigureView }) {
  const view = FigureView?.prototype;
  if (!view || view.tame) return;
  view.tame = true;
  for (const report of ["_sendTraceDeltas", "_sendLayoutDelta", "handle_plotly_hover", "handle_plotly_unhover"]) {
    view[report] = () => {};
  }
  const draw = view.perform_render;
  view.perform_render = function () {
    draw.call(this);
    let width = this.el.clientWidth;
    this.fit = new ResizeObserver(() => {
      if (!this.el.clientWidth || Math.abs(this.el.clientWidth - width) < 2) return;
      width = this.el.clientWidth;
      this.autosizeFigure();
    });
    this.fit.observe(this.el);
  };
  const remove = view.remove;
  view.remove = function () {
    this.fit?.disconnect();
    remove.call(this);
  };
}

function keepChanges(model) {
  const kept = [];
  const listeners = CHANGES.map((name) => [
    `change:${name}`,
    () => model.get(name) !== null && kept.push([name, model.get(name)]),
  ]);
  for (const [event, listener] of listeners) model.on(event, listener);
  return () => {
    for (const [event, listener] of listeners) model.off(event, listener);
    for (const [name, change] of kept) {
      model.set(name, null); // so that the change is one, also if it is the last that came
      model.set(name, change);
    }
  };
}

export default () => {
  let front; // a promise of plotly's own two functions, for this model

  function initialize({ model }) {
    const apply = keepChanges(model);
    front = slot(model.get("_bundle_version")).promise.then((code) => {
      tame(code);
      const plotly = code.default();
      plotly.initialize({ model });
      apply();
      return plotly;
    });
    front.catch(() => {}); // render says it
  }

  async function render({ model, el, signal }) {
    el.style.minHeight = `${model.get("_widget_layout").height ?? 360}px`;
    el.textContent = "The figure is on its way.";
    try {
      const plotly = await front;
      el.textContent = "";
      if (!signal?.aborted) return plotly.render({ model, el });
    } catch (error) {
      el.textContent = `The figure could not be drawn (${error.message}). Reload the page and run the cell again.`;
    }
  }

  return { initialize, render };
};
