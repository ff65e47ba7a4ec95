// What the scripts beside this one make their elements with; it stands before each of them.

function element(tag, parent, words = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = words;
  if (className) made.className = className;
  parent.append(made);
  return made;
}

function drawing(tag, parent, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent.append(made);
  return made;
}

// A line through values from 0 to 100 at even steps, as wide as its element.
function course(parent, values) {
  const made = drawing("svg", parent, { viewBox: "0 0 100 100", preserveAspectRatio: "none" });
  const step = 100 / (values.length - 1);
  const points = values.map((value, place) => `${(place * step).toFixed(2)},${100 - value}`);
  const thin = { "vector-effect": "non-scaling-stroke" };
  drawing("polygon", made, { points: `0,100 ${points.join(" ")} 100,100` });
  drawing("polyline", made, { points: points.join(" "), ...thin });
  drawing("path", made, { d: `M${points.at(-1)}h0`, ...thin });
  return made;
}

// What is larger than its card scrolls in it: only then does the keyboard have to reach it.
const scrollable = new ResizeObserver((records) => {
  for (const { target } of records) {
    const isWider = target.scrollWidth > target.clientWidth;
    const isLarger = isWider || target.scrollHeight > target.clientHeight;
    const ways = isWider ? "from side to side" : "up and down";
    target.role = isLarger ? "region" : null;
    target.ariaLabel = isLarger ? `The table, ${ways}` : null;
    if (isLarger) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

// What a button describes shows below it, under the pointer or at the keyboard's focus: above all
// else, where the browser knows how.
function explain(frame) {
  const words = element("p", frame, "", "explanation");
  words.setAttribute("aria-hidden", "true");
  words.popover = "manual";
  words.hidden = true;
  const hide = () => {
    words.hidden = true;
    words.hidePopover?.();
  };
  const show = ({ target }) => {
    const button = target.closest("[aria-description]");
    if (!button) return;
    words.textContent = button.getAttribute("aria-description");
    words.hidden = false;
    words.showPopover?.();
    const { left, bottom } = button.getBoundingClientRect();
    const most = document.documentElement.clientWidth - words.offsetWidth - 8;
    words.style.left = `${Math.max(Math.min(left, most), 8)}px`;
    words.style.top = `${bottom + 6}px`;
  };
  for (const button of frame.querySelectorAll("[aria-description]")) {
    button.onpointerenter = show;
    button.onfocus = show;
    button.onpointerleave = hide;
    button.onblur = hide;
    button.onkeydown = ({ key }) => { if (key === "Escape") hide(); };
  }
}
