// What is wider than its box scrolls, and then a keyboard must reach it; what fits is no stop on the way.
const boxes = document.querySelectorAll("pre, .table-wrapper, .pq-formula");
const reach = () => {
  for (const box of boxes) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
addEventListener("resize", reach);
reach();
