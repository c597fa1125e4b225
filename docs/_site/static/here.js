// Brings the explorables of a page to life: each when it comes near, its picture staying until then.
import { addressModel } from "./kit.js";

async function wake(place) {
  const name = place.dataset.explorable;
  const { parameters, default: explorable } = await import(`./${name}.js`);
  explorable.render({ model: startingFrom(JSON.parse(place.dataset.state), parameters, addressModel(name)), el: place });
  place.classList.add("pq-alive");
}

// Where a lesson gives settings of its own, the address tells only what differs from those.
function startingFrom(given, parameters, model) {
  if (!Object.keys(given).length) return model;
  return {
    ...model,
    get: () => ({ ...given, ...model.get() }),
    set: (_, state) => {
      const first = Object.fromEntries(Object.keys(given).map((key) => [key, parameters[key].start]));
      const next = Object.entries({ ...first, ...state }).filter(([key, value]) => value !== given[key]);
      model.set("state", Object.fromEntries(next));
    },
  };
}

const near = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      wake(target);
    }
  },
  { rootMargin: "600px" },
);
for (const place of document.querySelectorAll(".pq-here")) near.observe(place);
