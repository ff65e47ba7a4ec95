// A figure with its change and its course: components/tile.py.

// What a tile shows already: a run of the script that changes nothing takes nobody's focus away.
const drawn = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const tile = parentElement.querySelector(".tile");
  tile.onclick = ({ target }) => {
    if (target.closest(".value button")) setTriggerValue("opened", { place: 0 });
  };
  const now = JSON.stringify(data);
  if (drawn.get(tile) === now) return;
  drawn.set(tile, now);
  tile.replaceChildren();
  const label = element("p", tile, data.label, "label");
  const about = element("button", label, "?");
  about.ariaLabel = `What ${data.label} is`;
  about.setAttribute("aria-description", data.help);
  const value = element("p", tile, data.opens ? "" : data.value, "value");
  if (data.opens) element("button", value, data.value).title = `Rows behind ${data.label}`;
  if (data.change) {
    const change = element("p", tile, "", "change");
    element("span", change, data.change, data.tone);
    change.append(` ${data.against}`);
  }
  if (data.course) {
    tile.style.setProperty("--colour", data.colour);
    const line = course(tile, data.course);
    line.role = "img";
    line.ariaLabel = data.alt;
  }
  if (data.note) element("p", tile, data.note, "note");
  explain(tile);
}
