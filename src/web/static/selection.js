// Ticks: kept over pages and reloads of this tab, sent with the form in one field.

const KEY = "huidan.ticks";
let anchor = null;

function load() {
  try {
    return { ids: [], ...JSON.parse(sessionStorage.getItem(KEY)) };
  } catch {
    return { ids: [] };
  }
}

let ids = new Set(load().ids);

const bar = () => document.querySelector("#act");
const all = () => document.querySelector("#take-all");
const boxes = () => [...document.querySelectorAll("#rows input[name=shipment]")];

let telling = null;

function save() {
  sessionStorage.setItem(KEY, JSON.stringify({ ids: [...ids] }));
  // Told once the hand rests, not with each of fifty ticks.
  clearTimeout(telling);
  telling = setTimeout(() => document.dispatchEvent(new CustomEvent("huidan:ticked")), 400);
}

/** The ids that are ticked. */
export const ticked = () => [...ids];

/** How many are ticked. */
export const count = () => (all()?.checked ? Number(document.querySelector("#list").dataset.total) : ids.size);

/** Ticks are gone once something was done with them. */
export function clear() {
  ids.clear();
  save();
  if (all()) all().checked = false;
  paint();
}

/** Ticks or unticks one row. */
export function toggle(row, on) {
  const box = row?.querySelector("input[name=shipment]");
  if (!box) return;
  box.checked = on ?? !box.checked;
  note(box);
  anchor = row;
  paint();
}

/** Ticks from the last ticked row to this one. */
export function range(row) {
  const rows = boxes().map((box) => box.closest("tr"));
  const [from, to] = [rows.indexOf(anchor), rows.indexOf(row)].sort((a, b) => a - b);
  if (from < 0) return toggle(row, true);
  for (const one of rows.slice(from, to + 1)) {
    one.querySelector("input").checked = true;
    note(one.querySelector("input"));
  }
  paint();
}

/** Ticks the whole page; when it is ticked already, all that match. */
export function everything() {
  const page = boxes();
  if (page.length && page.every((box) => box.checked)) {
    all().checked = !all().checked;
  } else {
    page.forEach((box) => ((box.checked = true), note(box)));
  }
  paint();
}

function note(box) {
  if (box.checked) ids.add(box.value);
  else ids.delete(box.value);
  if (!box.checked && all()) all().checked = false;
  save();
}

/** Shows what is ticked on a page that was just shown. */
export function paint() {
  if (!bar()) return;
  const everything = all().checked;
  const page = boxes();
  for (const box of page) box.checked = everything || ids.has(box.value);
  const head = document.querySelector("#tick-page");
  if (head) {
    const on = page.filter((box) => box.checked).length;
    head.checked = on > 0 && on === page.length;
    head.indeterminate = on > 0 && on < page.length;
  }
  const output = document.querySelector("#ticked-count");
  output.textContent = everything ? output.dataset.all : output.dataset.text.replace("{}", ids.size);
  bar().classList.toggle("is-idle", !everything && ids.size === 0);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("#rows input[name=shipment]");
  if (!box) return;
  if (event.shiftKey && anchor) range(box.closest("tr"));
  else toggle(box.closest("tr"), box.checked);
});

document.addEventListener("change", (event) => {
  if (event.target.id === "tick-page") {
    for (const box of boxes()) {
      box.checked = event.target.checked;
      note(box);
    }
    paint();
  }
  if (event.target.id === "take-all") paint();
});

document.addEventListener("reset", (event) => {
  if (event.target === bar()) setTimeout(clear);
});

// The ids of other pages travel in one field; those of this page are in the form already.
document.addEventListener("formdata", (event) => {
  if (event.target !== bar() || all().checked) return;
  event.formData.delete("shipment");
  event.formData.set("shipment", [...ids].join(","));
});

document.addEventListener("huidan:shown", paint);
