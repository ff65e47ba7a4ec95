// A table of figures in one colour scale: components/cells.py. Where there are too many cells for
// numbers, what one says shows beside the pointer.

// What a table shows already: a run of the script that changes nothing does not scroll it back.
const drawn = new WeakMap();

function cell(row, column, { shares, said, running, opens }, place) {
  const made = element("td", row);
  if (shares[column] === null) return;
  element("span", made, said[column]);
  made.style.setProperty("--share", `${shares[column] * 100}%`);
  made.classList.toggle("running", Boolean(running[column]));
  if (opens[column]) made.dataset.place = place;
}

function table({ alt, columns, rows, isWordless }) {
  const made = document.createElement("table");
  made.setAttribute("aria-label", alt);
  made.classList.toggle("wordless", isWordless);
  made.style.setProperty("--count", columns.length);
  const heading = element("tr", element("thead", made));
  element("td", heading);
  for (const name of columns) element("th", heading, name).scope = "col";
  const body = element("tbody", made);
  rows.forEach((row, place) => {
    const line = element("tr", body);
    element("th", line, row.name).scope = "row";
    columns.forEach((_, column) => cell(line, column, row, place * columns.length + column));
  });
  return made;
}

function follow(frame, words) {
  frame.onpointermove = ({ target, clientX, clientY }) => {
    const over = target.closest("tbody td");
    words.textContent = over?.textContent ?? "";
    const { left, right, top } = frame.getBoundingClientRect();
    const at = Math.min(clientX, right - words.offsetWidth - 8) - left;
    words.style.translate = `${Math.max(at, 0)}px ${clientY - top + 18}px`;
  };
  frame.onpointerleave = () => { words.textContent = ""; };
}

export default function ({ parentElement, data, setTriggerValue }) {
  const frame = parentElement.querySelector(".cells");
  frame.onclick = ({ target }) => {
    const place = target.closest("td")?.dataset.place;
    if (place) setTriggerValue("opened", { place: Number(place) });
  };
  const now = JSON.stringify(data);
  if (drawn.get(frame) === now) return;
  drawn.set(frame, now);
  const within = document.createElement("div");
  within.className = "within";
  within.append(table(data));
  frame.replaceChildren(within);
  scrollable.observe(within);
  if (data.isWordless) {
    const words = element("p", frame);
    words.setAttribute("aria-hidden", "true");
    follow(frame, words);
  }
}
