// A line of words in an explorer: the caption (role "status") or the problem with the settings (role "alert").
// The caption also gives every control and figure of its explorer a name that a screen reader can read.

const LABEL = ".widget-label, .widget-label-basic > span";
const CONTROLS = '[role="slider"], select, input, textarea, .widget-readout';

function nameControls(explorer, sentence) {
  for (const box of explorer.querySelectorAll(".pq-controls > *")) {
    const texts = [...box.querySelectorAll(LABEL)].map((label) => label.textContent.trim());
    const name = texts.find((text) => /[^\s\u200b]/.test(text)); // a checkbox has an empty label before its own
    for (const control of name ? box.querySelectorAll(CONTROLS) : []) {
      // Its keys are its own: else JupyterLab takes the arrows of a dropdown to go to another cell, and letters to cut
      // cells. Asked of the element that has the focus, not of those around it.
      put(control, "data-lm-suppress-shortcuts", "true");
      put(control, "aria-label", control.matches(".widget-readout") ? `${name}, value` : name);
    }
  }
  for (const figure of explorer.querySelectorAll(".js-plotly-plot")) {
    put(figure, "role", "img");
    put(figure, "aria-label", sentence);
  }
}

function put(element, attribute, value) { // writing an equal value would wake the observer again
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}

function render({ model, el }) {
  const line = document.createElement("p");
  line.className = `pq-${model.get("role")}`;
  line.setAttribute("role", model.get("role"));
  el.append(line);
  const show = () => {
    const text = model.get("text");
    if (line.textContent !== text) line.textContent = text;
    line.hidden = !text;
    rename();
  };

  let waiting = false;
  const rename = () => { // at most once a frame, however many nodes a redrawn figure brings
    if (waiting || model.get("role") !== "status") return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const explorer = el.closest(".pq-explorer");
      if (explorer) nameControls(explorer, model.get("text"));
      if (explorer && !watcher.watching) {
        watcher.observe(explorer, { childList: true, subtree: true });
        watcher.watching = true;
      }
    });
  };
  const watcher = new MutationObserver(rename);
  model.on("change:text", show);
  show();
  return () => {
    model.off("change:text", show);
    watcher.disconnect();
  };
}

export default { render };
