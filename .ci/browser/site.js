// What the site check asks of a page: look.words(...) and so on.
const look = {};

// Seconds until the first words stood there.
look.painted = () => new Promise((done) => {
  const told = (list) => list.getEntriesByName("first-contentful-paint").forEach((paint) => done(paint.startTime / 1000));
  new PerformanceObserver(told).observe({ type: "paint", buffered: true });
});

// What the accessibility tool finds: all but contrast, or contrast; with the sidebar or without.
look.tool = async (contrast, all) => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const how = contrast
    ? { runOnly: { type: "rule", values: ["color-contrast"] } }
    : { runOnly: { type: "tag", values: tags }, rules: { "color-contrast": { enabled: false } } };
  const found = await axe.run(all ? document : { exclude: [".sidebar-drawer"] }, { ...how, resultTypes: ["violations"] });
  return found.violations.map((v) => `${v.id}: ${v.nodes.length} x ${v.nodes[0].target.join(" ")}`.slice(0, 220));
};

// The tool takes seconds for the contrast of a long page, for it looks at every word. Words with the same colours, size and
// weight have the same contrast, so here each such kind is looked at once. Pictures have a check of their own.
look.pale = () => {
  const parts = (colour) => (colour.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (colour) => colour.slice(0, 3).reduce((sum, v, i) => sum + linear(v / 255) * [0.2126, 0.7152, 0.0722][i], 0);
  const over = (top, below) => top.slice(0, 3).map((v, i) => v * (top[3] ?? 1) + below[i] * (1 - (top[3] ?? 1)));
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    const own = parts(getComputedStyle(element).backgroundColor);
    if (own[3] === undefined) return own;
    return own[3] === 0 ? ground(element.parentElement) : over(own, ground(element.parentElement));
  };
  const seen = new Set(), pale = [];
  for (const element of document.querySelectorAll("body *:not(svg *, script, style, option, :disabled)")) {
    const speaks = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!speaks || !element.checkVisibility()) continue;
    const style = getComputedStyle(element), size = parseFloat(style.fontSize), paper = ground(element);
    const kind = [style.color, paper, size, style.fontWeight].join();
    if (seen.has(kind)) continue;
    seen.add(kind);
    const [more, less] = [light(over(parts(style.color), paper)), light(paper)].sort((x, y) => y - x);
    const ratio = (more + 0.05) / (less + 0.05);
    const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if (ratio < wanted) pale.push(`${element.localName} "${element.textContent.trim().slice(0, 30)}": contrast ${ratio.toFixed(2)}`);
  }
  return pale;
};

// Picture, sentence, warning and milliseconds of an explorable. Elements are used again for other things, so their
// attributes come in any order.
look.explorable = () => {
  const root = document.querySelector(".pq-explorable"), alert = root.querySelector(".pq-alert:not([hidden])");
  const dress = (node) => [...node.attributes].map(({ name, value }) => `${name}="${value}"`).sort().join(" ");
  const plain = (node) => (node.nodeType === 1 ? `<${node.localName} ${dress(node)}>${[...node.childNodes].map(plain).join("")}` : node.data);
  const sentence = root.querySelector(".pq-status").textContent;
  return [plain(root.querySelector(".pq-stage")), sentence, alert ? alert.textContent : "", Number(root.dataset.ms)];
};

// What may be typed into a line of text of an explorable.
look.examples = async (name, parameter) => {
  const { parameters } = await import(new URL(`../_static/explorables/${name}.js`, location.href).href);
  return parameters[parameter].examples ?? [];
};
