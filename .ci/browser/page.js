// What the browser check does inside the page. The last expression installs window.check; running it twice is harmless.
window.check ??= (() => {
  const PICTURES = ".js-plotly-plot, .pq-stage, img, svg, canvas"; // .pq-stage: of an explorable
  const CONTROLS = {
    slider: ".widget-slider .noUi-handle",
    handle: ".pq-explorable :is(input[type=range], [role=slider])",
    roving: ".pq-stage [role=button][aria-pressed=true]", // of a row in which arrows go from one to the next
    press: ".pq-explorable :is([role=button]:not([aria-pressed=true]), .pq-actions button:not(.pq-quiet))",
    range: "input[type=range]:not(.pq-explorable *)",
    dropdown: "select",
    checkbox: "input[type=checkbox]",
    number: "input[type=number]",
    text: ".widget-text input[type=text], textarea, .pq-explorable input[type=text]",
    toggle: ".widget-toggle-buttons button:not(.mod-active)",
    radio: "input[type=radio]:not(:checked)",
    button: "button.widget-button:not(.widget-toggle-button)",
  };
  const BROKEN = [
    "Error displaying widget", "Error creating widget", "Loading widget...", "Could not create a model",
    "Could not create a view", "Failed to load model class", "Javascript Error", "JavaScript output is disabled",
    "No renderer", "module not found",
  ];

  const app = () => window.jupyterapp;
  const panel = () => app()?.shell.currentWidget;
  const kernel = () => panel()?.context?.sessionContext?.session?.kernel;
  const root = () => document.querySelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook") ?? document.body;
  const all = css => [...root().querySelectorAll(css)].filter(e => e.closest(".jp-OutputArea"));

  function hash(text) {
    let h = 2166136261;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
    return `${text.length}:${h >>> 0}`;
  }

  // ---- pictures: a number for everything that a reader can see change in them

  function drawn(figure) {
    const seen = [];
    for (const e of figure.querySelectorAll("svg.main-svg :is(path, text, image, rect)")) {
      for (const a of ["d", "style", "transform", "href", "x", "y", "width", "height"]) seen.push(e.getAttribute(a));
      if (e.tagName === "text") seen.push(e.textContent);
    }
    for (const e of figure.querySelectorAll("canvas")) seen.push(e.toDataURL());
    return hash(seen.join());
  }

  // An explorable's picture has words for screen readers in it, which are no change that is seen.
  const SPOKEN = /^(aria-|data-|role$|tabindex$|title$)/;
  function staged(stage) {
    const seen = [stage.textContent];
    for (const e of stage.querySelectorAll("*")) {
      seen.push(e.tagName);
      for (const { name, value } of e.attributes) if (!SPOKEN.test(name)) seen.push(name, value);
      if (e.matches("canvas")) seen.push(e.toDataURL());
    }
    return hash(seen.join());
  }

  const isPart = e => e.parentElement.closest(PICTURES) || e.closest(".jupyter-button, .modebar, .jp-icon, label, [data-icon]");

  function pictures() {
    return all(PICTURES).filter(e => !isPart(e)).map(e => {
      if (e.matches(".js-plotly-plot")) return drawn(e);
      if (e.matches(".pq-stage")) return staged(e);
      if (e.matches("img")) return hash(e.currentSrc || e.src);
      return hash(e.matches("canvas") ? e.toDataURL() : e.outerHTML);
    });
  }

  // Reading all pictures takes longer than drawing them, so nobody does who waits, unless something in the page stirred.
  let stirred = true, read = [];
  new MutationObserver(() => { stirred = true; })
    .observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  function lately() {
    if (stirred || all("canvas").length) [stirred, read] = [false, pictures()]; // a canvas is painted without a stir
    return read;
  }

  const changes = (a, b) => Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).filter(i => a[i] !== b[i]);

  // Resolves when pictures differ from `before` and have then rested for `quiet` ms, or at the timeout.
  function changed(before, start, timeout, quiet) {
    return new Promise(resolve => {
      let first = null, last = before, lastAt = start;
      const seen = new Set();
      const tick = () => {
        const now = performance.now(), current = lately();
        if (changes(last, current).length) [last, lastAt] = [current, now];
        for (const i of changes(before, current)) seen.add(i);
        if (seen.size) first ??= now;
        if ((seen.size && now - lastAt > quiet) || now - start > timeout)
          return resolve({ pictures: [...seen].sort(), ms: first && first - start, settled: lastAt - start });
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    });
  }

  // Resolves when no picture has changed for `quiet` ms: late widget views, the figures' own code still arriving.
  function still(quiet, timeout) {
    return new Promise(resolve => {
      const start = performance.now();
      let last = lately(), lastAt = start;
      const tick = () => {
        const now = performance.now(), current = lately();
        if (changes(last, current).length) [last, lastAt] = [current, now];
        if (now - lastAt > quiet || now - start > timeout) return resolve(lastAt - start);
        setTimeout(tick, 100);
      };
      tick();
    });
  }

  // What a reader who does not see them is told about the pictures.
  const words = () => all(PICTURES).filter(e => !isPart(e)).map(e =>
    e.closest(".pq-explorable")?.querySelector(".pq-status").textContent ?? e.closest("[aria-label]")?.ariaLabel ?? e.alt ?? e.querySelector(":scope > title")?.textContent ?? "");

  // ---- controls

  // Of what is alike in an explorable's picture, such as two dozen bins to press: two and the last.
  const counted = (kind, e) => {
    const stage = e.closest(".pq-stage");
    if (!stage) return true;
    if (kind === "roving") return e.tabIndex >= 0 && e.closest("[role=group]")?.querySelector("[role=button][tabindex='-1']");
    const alike = [...stage.querySelectorAll(CONTROLS[kind])].filter(other => other.tabIndex >= 0);
    return e.tabIndex >= 0 && [0, 1, alike.length - 1].includes(alike.indexOf(e));
  };

  function controls() {
    const found = [];
    for (const [kind, css] of Object.entries(CONTROLS))
      for (const e of all(css)) {
        if (!counted(kind, e)) continue;
        const dead = e.disabled || e.closest("[disabled]") || e.getAttribute("aria-disabled") === "true";
        if (dead || (e.offsetParent === null && kind !== "checkbox")) continue;
        if (kind === "button" && e.closest(".widget-toggle-buttons")) continue;
        const box = e.closest(".jupyter-widgets:not(.widget-container, :has(.pq-explorable))");
        const label = box?.querySelector("label, .widget-label")?.textContent || e.ariaLabel || e.textContent;
        const cell = panel()?.content.widgets.findIndex(c => c.node.contains(e));
        const row = { kind, element: e, cell, label: label.trim().slice(0, 60), options: e.options?.length, example: e.placeholder };
        found.push({ ...row, value: e.value, at: e.selectedIndex });
      }
    return found;
  }

  // Explorables of a cell as they were before anything was moved; its controls, some of which may be new elements.
  function restart(cell) {
    const here = all(".pq-explorable").filter(e => panel().content.widgets[cell].node.contains(e));
    for (const e of here) [...e.querySelectorAll(".pq-actions button:not(.pq-quiet)")].at(-1).click();
    return here.length ? controls().filter(row => row.cell === cell) : [];
  }

  const tell = (e, ...names) => names.forEach(n => e.dispatchEvent(new Event(n, { bubbles: true })));

  const MOVES = {
    keys: (e, keys) => keys.forEach(key =>
      e.dispatchEvent(new KeyboardEvent("keydown", { key, code: key, bubbles: true, cancelable: true }))),
    click: e => e.click(),
    select: (e, index) => { e.selectedIndex = index; tell(e, "input", "change"); },
    write: (e, value) => { // past the setters of frameworks that watch the property
      const kind = e.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
      Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(e, value);
      tell(e, "input", "change");
    },
  };

  // Moves a control and times the pictures.
  function move(element, how, what, timeout) {
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
    const before = pictures(), start = performance.now();
    MOVES[how](element, what);
    return changed(before, start, timeout, 250);
  }

  // The same for real keys: time runs from the first one that arrives in the page.
  let pending = null;
  function listen(timeout) {
    const [before, said] = [pictures(), words()];
    const pressed = new Promise(resolve => window.addEventListener("keydown", () => resolve(), { capture: true, once: true }));
    pending = pressed.then(() => changed(before, performance.now(), timeout, 250))
      .then(seen => ({ ...seen, words: changes(said, words()) }));
  }

  // To the cell with this number, as a reader comes to it by the arrow keys.
  function stand(cell) {
    const book = panel().content;
    book.activeCellIndex = cell;
    book.mode = "command";
    book.activate();
    book.activeCell.node.focus();
    book.activeCell.node.scrollIntoView({ block: "nearest" });
  }

  const focus = element => { // where Tab has brought it already
    if (document.activeElement !== element) element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "center" });
  };

  const focused = () => ({
    element: document.activeElement,
    cell: panel().content.widgets.findIndex(c => c.node.contains(document.activeElement)),
  });

  const alerts = () => all('[role="alert"]').map(e => e.textContent.trim()).filter(Boolean);

  // ---- the notebook

  function state() {
    if (!panel()?.context?.isReady || !panel().content?.widgets) return "loading";
    return kernel()?.status ?? "no kernel";
  }

  let running = "not started", firstPicture = null;
  async function run() {
    const start = performance.now();
    const there = e => !isPart(e) && (!e.matches(".js-plotly-plot") || e.querySelector(".main-svg"));
    const watch = () => { // a picture may come after the last cell
      if (all(PICTURES).some(there)) firstPicture = performance.now() - start;
      else if (performance.now() - start < 180000) requestAnimationFrame(watch);
    };
    running = "running";
    firstPicture = null;
    await app().commands.execute("notebook:clear-all-cell-outputs");
    watch();
    app().commands.execute("notebook:run-all-cells").finally(() => { running = "done"; });
  }

  function cells() {
    return panel().content.widgets.map((cell, index) => ({ cell, index }))
      .filter(({ cell }) => cell.model.type === "code" && cell.model.sharedModel.getSource().trim())
      .map(({ cell, index }) => {
        const outputs = cell.model.outputs.toJSON();
        return {
          index,
          ran: cell.model.executionCount !== null,
          may: (cell.model.getMetadata("tags") ?? []).includes("raises-exception"),
          head: cell.model.sharedModel.getSource().split("\n")[0].slice(0, 80),
          errors: outputs.filter(o => o.output_type === "error").map(o => `${o.ename}: ${o.evalue}`.slice(0, 300)),
          stderr: outputs.filter(o => o.name === "stderr").map(o => [o.text].flat().join("").slice(0, 300)),
        };
      });
  }

  const broken = () => [...new Set(all(".jp-OutputArea-output").flatMap(e =>
    BROKEN.filter(words => e.textContent.includes(words)).map(words => `${words}: ${e.textContent.slice(0, 120)}`)))];

  // Cells with saved outputs that the front end leaves out, such as a live view with neither picture nor words.
  const silent = () => panel().content.widgets.filter(cell =>
    cell.model.type === "code" && cell.node.querySelectorAll(".jp-OutputArea-output").length < cell.model.outputs.length)
    .map(cell => cell.model.sharedModel.getSource().split("\n")[0]);

  // Pictures that say nothing to a reader who does not see them.
  function nameless() {
    return all(PICTURES).filter(e => !isPart(e)).filter(e => {
      if (e.matches("img")) return ["", "Image"].includes(e.alt.trim()); // "Image" is what JupyterLab puts in
      const named = e.closest("[aria-label], [aria-labelledby], [aria-hidden='true']");
      return !named && !e.querySelector(":scope > title");
    }).map(e => `${e.tagName.toLowerCase()}.${e.className.baseVal ?? e.className} ${(e.src ?? "").slice(0, 60)}`.trim());
  }

  // Live figures whose text alternative is not the sentence below them.
  const stale = () => all(".pq-explorer").filter(e => [...e.querySelectorAll(".js-plotly-plot")].some(f =>
    f.ariaLabel !== e.querySelector("p.pq-status")?.textContent)).map(e => e.textContent.slice(-80));

  function height() { // and back to the top
    const frames = [...root().querySelectorAll(".jp-WindowedPanel-outer"), root()];
    frames.forEach(e => { e.scrollTop = 0; });
    return Math.max(...frames.map(e => e.scrollHeight));
  }

  return { pictures, words, still, controls, restart, move, listen, heard: () => pending, stand, focus, focused, stale, alerts, state, run, cells, broken, silent, nameless, height,
    done: () => running === "done" && kernel()?.status === "idle", firstPicture: () => firstPicture };
})();
