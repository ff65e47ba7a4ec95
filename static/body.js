// Points on a picture of a person: dragged, or moved with the arrow keys. What has been moved is told
// when it is let go; where the others are stays the engine's to read.

const STEP = 0.005;
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const within = (share) => Math.min(Math.max(share, 0), 1);

function handle(name, label, at, stage, tell) {
  const knob = Object.assign(document.createElement("button"), { type: "button", className: "knob" });
  knob.dataset.point = name;
  let [x, y] = at;
  const place = () => {
    knob.style.left = `${x * 100}%`;
    knob.style.top = `${y * 100}%`;
    knob.setAttribute("aria-label", `${label}: ${Math.round(x * 100)} % from the left, ${Math.round(y * 100)} % from the top`);
  };
  knob.onpointerdown = (event) => knob.setPointerCapture(event.pointerId);
  knob.onpointermove = (event) => {
    if (!knob.hasPointerCapture(event.pointerId)) return;
    const box = stage.getBoundingClientRect();
    x = within((event.clientX - box.left) / box.width);
    y = within((event.clientY - box.top) / box.height);
    knob.dataset.moved = "yes";
    place();
  };
  knob.onpointerup = () => knob.dataset.moved && tell(name, [x, y]);
  knob.onkeydown = (event) => {
    const way = WAYS[event.key];
    if (!way) return;
    event.preventDefault();
    const step = event.shiftKey ? 4 * STEP : STEP;
    [x, y] = [within(x + way[0] * step), within(y + way[1] * step)];
    knob.dataset.moved = "yes";
    place();
  };
  knob.onkeyup = (event) => event.key in WAYS && tell(name, [x, y]);
  const text = Object.assign(document.createElement("span"), { textContent: label });
  text.ariaHidden = "true";
  knob.append(text);
  place();
  stage.append(knob);
  if (name in tell.moved) knob.dataset.moved = "yes";
}

export default function body({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".body");
  if (root.dataset.person === data.person) return;
  root.dataset.person = data.person;
  root.replaceChildren();
  const stage = Object.assign(document.createElement("div"), { className: "stage" });
  stage.append(Object.assign(new Image(), { src: data.src, alt: data.alt, draggable: false }));
  const tell = (name, at) => {
    tell.moved[name] = at;
    setStateValue("points", { ...tell.moved });
  };
  tell.moved = { ...data.kept };
  Object.entries(data.labels).forEach(([name, label]) => {
    handle(name, label, data.kept[name] ?? data.read[name], stage, tell);
  });
  root.append(stage);
}
