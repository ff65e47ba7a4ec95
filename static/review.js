// The review page's pictures and keys: results with a slider to what was before, the garments beside
// them, and one listener for the whole page. What a key does is decided on the server.

const desks = new WeakMap();
const cleanups = new WeakMap();
// Kept, or the browser might drop what it has fetched before it is shown.
const ahead = new Map();

const WRITING = "input, textarea, select, [contenteditable=true]";
const ARROWED = "[role=radio], [role=tab], [role=slider], [role=option], [role=combobox], [role=gridcell]";

function element(tag, className, parent) {
  const made = document.createElement(tag);
  made.className = className;
  parent.append(made);
  return made;
}

function image(picture, className, parent) {
  const made = element("img", className, parent);
  made.alt = picture.alt;
  made.decoding = "async";
  made.onerror = () => made.replaceWith(Object.assign(document.createElement("p"), {
    className: "gone", textContent: "This picture cannot be shown.",
  }));
  made.src = picture.src;
  return made;
}

function drawResult(data, parent) {
  data.results.forEach((result) => {
    const figure = element("figure", "result", parent);
    const stage = element("div", "stage", figure);
    image(result, "after", stage);
    if (data.before) {
      const before = image(data.before, "before", stage);
      const slide = element("label", "slide", figure);
      element("span", "", slide).textContent = "After";
      const range = Object.assign(element("input", "", slide), {
        type: "range", min: 0, max: 100, value: 0, ariaLabel: "How much of the picture before is shown",
      });
      element("span", "", slide).textContent = "Before";
      const edge = element("div", "edge", stage);
      const move = () => {
        before.style.clipPath = `inset(0 ${100 - range.value}% 0 0)`;
        edge.style.left = `${range.value}%`;
        edge.hidden = range.value === "0" || range.value === "100";
      };
      range.oninput = move;
      move();
      // The picture itself can be dragged over, which the slider is for who uses no pointer.
      stage.onpointerdown = stage.onpointermove = (event) => {
        if (event.buttons !== 1) return;
        const box = stage.getBoundingClientRect();
        range.value = Math.round(((event.clientX - box.left) / box.width) * 100);
        move();
      };
    }
    if (result.label) element("figcaption", "", figure).textContent = result.label;
  });
}

function draw(data, parent) {
  const results = element("div", data.results.length > 1 ? "results two" : "results", parent);
  drawResult(data, results);
  if (!data.garments.length) return;
  const garments = element("div", "garments", parent);
  data.garments.forEach((garment) => {
    const figure = element("figure", "", garments);
    if (garment.src) image(garment, "", figure);
    element("figcaption", "", figure).textContent = garment.label;
  });
}

function isBusy(event) {
  const target = event.composedPath()[0];
  if (!(target instanceof Element)) return false;
  if (target.type === "range") return event.key.startsWith("Arrow");
  return target.closest(WRITING) !== null || (event.key.startsWith("Arrow") && target.closest(ARROWED) !== null);
}

function listen(parentElement) {
  const onKey = (event) => {
    const desk = desks.get(parentElement);
    const act = desk.data.keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return;
    if (document.querySelector("[role=dialog]")) return;
    // Streamlit has keys of its own, R among them.
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.repeat) return; // a key that is held down is pressed once
    // Keys that come faster than the answers are told together: of two messages one might be lost.
    desk.count = Math.max(desk.count, desk.data.heard) + 1;
    desk.waiting.push({ number: desk.count, act, job: desk.data.job });
    desk.setTriggerValue("pressed", [...desk.waiting]);
  };
  window.addEventListener("keydown", onKey, true);
  return () => window.removeEventListener("keydown", onKey, true);
}

export default function review({ data, parentElement, setTriggerValue }) {
  const known = desks.get(parentElement) ?? { count: 0, waiting: [] };
  const root = parentElement.querySelector(".desk");
  const pictures = JSON.stringify([data.job, data.results.length]);
  if (known.pictures !== pictures) {
    root.replaceChildren();
    draw(data, root);
  }
  data.preload.forEach((source) => {
    if (!ahead.has(source)) ahead.set(source, Object.assign(new Image(), { src: source }));
  });
  while (ahead.size > 24) ahead.delete(ahead.keys().next().value);
  const waiting = known.waiting.filter((press) => press.number > data.heard);
  desks.set(parentElement, { data, setTriggerValue, pictures, waiting, count: known.count });
  if (!cleanups.has(parentElement)) cleanups.set(parentElement, listen(parentElement));
  return () => {
    cleanups.get(parentElement)?.();
    cleanups.delete(parentElement);
    desks.delete(parentElement);
  };
}
