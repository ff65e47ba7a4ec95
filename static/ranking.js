// Lying bars as a list, each with its name before it and its words beside it: components/ranking.py.
// Drawn by Plotly, such a figure would take the browser seventeen times as long.

// What a list shows already: a run of the script that changes nothing takes nobody's focus away.
const drawn = new WeakMap();

function part(className, words) {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = words;
  return made;
}

function line({ name, share, said, opens }, place) {
  const row = document.createElement(opens ? "button" : "div");
  row.dataset.place = place;
  const bar = part("bar", "");
  bar.style.setProperty("--share", share);
  // However small, something is seen; nothing is not.
  bar.hidden = share === 0;
  const track = part("track", "");
  track.append(bar, part("said", said));
  row.append(part("name", name), track);
  const item = document.createElement("li");
  item.append(row);
  return item;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const list = parentElement.querySelector(".ranking");
  list.onclick = ({ target }) => {
    const row = target.closest("button");
    if (row) setTriggerValue("opened", { place: Number(row.dataset.place) });
  };
  const now = JSON.stringify(data);
  if (drawn.get(list) === now) return;
  drawn.set(list, now);
  list.setAttribute("aria-label", data.alt);
  list.style.setProperty("--colour", data.colour);
  // Commas and points are narrower than the digits that "ch" goes by.
  const longest = Math.max(...data.bars.map(({ said }) => said.length));
  list.style.setProperty("--room", `${0.9 * longest}ch`);
  list.replaceChildren(...data.bars.map(line));
}
