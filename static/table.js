// A table that is read, sorted by its headings and searched: components/table.py.

// As many rows are drawn at once; further ones when somebody scrolls towards them.
const AT_ONCE = 40;
const NUMBERS = ["number", "share", "time"];
const names = new Intl.Collator("en", { numeric: true });

// What a table shows, and how its reader has put it.
const drawn = new WeakMap();

// Nothing is sorted by what is drawn.
const DRAWN = ["line", "picture"];

function cell(row, column, place) {
  const { kind, said, values, most, colours, left } = column;
  const isOpening = column.opens?.[place];
  const isFixed = left !== undefined;
  const isPlain = !isOpening && kind !== "state" && !DRAWN.includes(kind);
  const made = element(isFixed ? "th" : "td", row, isPlain ? said[place] : "", kind);
  if (isFixed) {
    made.scope = "row";
    made.style.left = `${left}px`;
  }
  if (isOpening) element("button", made, said[place]).dataset.place = place;
  if (kind === "state") element("span", made, said[place], colours[place]);
  if (kind === "picture") thumbnail(made, said[place], column.addresses[place]);
  if (kind === "share") made.style.setProperty("--share", (values[place] ?? 0) / most);
  if (kind !== "line" || values[place].length < 2) return;
  const line = course(made, values[place]);
  line.role = "img";
  line.ariaLabel = said[place];
}

// A picture without an address is one that there is not, or that cannot be shown.
function thumbnail(parent, said, address) {
  if (address === null) {
    parent.textContent = said;
    return;
  }
  const made = element("img", parent);
  made.alt = said;
  made.loading = "lazy";
  made.src = `${address}&size=small`;
}

function heading(row, column, place) {
  const made = element("th", row, "", column.kind);
  made.scope = "col";
  if (column.left !== undefined) made.style.left = `${column.left}px`;
  if (column.width) made.style.minWidth = `${column.width}px`;
  const button = element("button", made, column.label);
  button.dataset.place = place;
  if (column.help) button.setAttribute("aria-description", column.help);
  return made;
}

// Which rows stand where: as they came, or by a column; what has no value comes last either way.
function ordered({ columns, count }, { by, isDown, wanted }) {
  let order = Array.from({ length: count }, (_, place) => place);
  if (wanted) {
    const has = (place) => columns.some(({ said }) => said[place].toLowerCase().includes(wanted));
    order = order.filter(has);
  }
  if (by === null) return order;
  const of = columns[by].values ?? columns[by].said;
  const sign = isDown ? -1 : 1;
  return order.sort((one, other) => {
    const [a, b] = [of[one], of[other]];
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (typeof a === "string" ? names.compare(a, b) : a - b);
  });
}

function table(data, state) {
  const within = document.createElement("div");
  within.className = "within";
  const made = element("table", within);
  made.setAttribute("aria-label", data.alt);
  const top = element("tr", element("thead", made));
  const headings = data.columns.map((column, place) => heading(top, column, place));
  const body = element("tbody", made);
  let left = [];
  const more = () => {
    const rows = left.splice(0, AT_ONCE).map((place) => {
      const row = document.createElement("tr");
      for (const column of data.columns) cell(row, column, place);
      return row;
    });
    body.append(...rows);
    return rows.length > 0;
  };
  within.onscroll = () => {
    if (within.scrollTop + 2 * within.clientHeight > within.scrollHeight) more();
  };
  const put = () => {
    headings.forEach((one, place) => {
      const isBy = place === state.by;
      if (isBy) one.ariaSort = state.isDown ? "descending" : "ascending";
      else one.removeAttribute("aria-sort");
    });
    left = ordered(data, state);
    // The heading is a row as well, and not all others are there yet.
    made.setAttribute("aria-rowcount", left.length + 1);
    body.replaceChildren();
    within.scrollTop = 0;
    if (left.length > 0) more();
    else element("td", element("tr", body), "Nothing found.").colSpan = data.columns.length;
  };
  top.onclick = ({ target }) => {
    const place = Number(target.closest("button")?.dataset.place ?? NaN);
    const column = data.columns[place];
    if (!column || DRAWN.includes(column.kind)) return;
    // Once: what is most, or comes first; twice: the other way; then as it was.
    const first = NUMBERS.includes(column.kind);
    if (state.by !== place) Object.assign(state, { by: place, isDown: first });
    else if (state.isDown === first) state.isDown = !first;
    else state.by = null;
    put();
  };
  put();
  return { within, body, put, more };
}

function search(put, state) {
  const made = document.createElement("input");
  made.type = "search";
  made.placeholder = "Find in the table";
  made.ariaLabel = "Find in the table";
  made.value = state.wanted;
  made.oninput = () => {
    state.wanted = made.value.trim().toLowerCase();
    put();
  };
  return made;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const frame = parentElement.querySelector(".table");
  frame.onclick = ({ target }) => {
    const place = target.closest("tbody button")?.dataset.place;
    if (place) setTriggerValue("opened", { place: Number(place) });
  };
  const now = JSON.stringify(data);
  const before = drawn.get(frame);
  if (before?.now === now) return;
  // Other rows under the same headings stay sorted as their reader has sorted them.
  const labels = data.columns.map(({ label }) => label).join("\n");
  const isAnother = before?.labels !== labels;
  const state = isAnother ? { by: null, isDown: false, wanted: "" } : before.state;
  if (!data.isLong) state.wanted = "";
  drawn.set(frame, { now, labels, state });
  const last = isAnother ? null : frame.querySelector(".within");
  const [top, count] = [last?.scrollTop ?? 0, last?.querySelectorAll("tbody tr").length ?? 0];
  const { within, body, put, more } = table(data, state);
  // Whoever has scrolled stays where they are.
  while (body.children.length < count && more());
  const parts = data.isLong ? [search(put, state), within] : [within];
  frame.replaceChildren(...parts);
  // Setting it, even to nothing, has the whole page laid out there and then.
  if (top > 0) within.scrollTop = top;
  frame.classList.toggle("long", data.isLong);
  frame.style.setProperty("--colour", data.colour);
  scrollable.observe(within);
  explain(frame);
}
