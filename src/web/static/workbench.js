// The list under the fingers: a cursor on one row, ticks, unfolding, deeds.

import * as selection from "./selection.js";
import { isTyping } from "./keys.js";
import { read, send, show } from "./swap.js";

let at = null;

const rows = () => [...document.querySelectorAll("#rows > tr.row")];
const current = () => document.querySelector("#rows > tr.is-cursor");

function move(to) {
  if (!to) return;
  current()?.classList.remove("is-cursor");
  to.classList.add("is-cursor");
  at = to.dataset.id;
  to.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const list = rows();
  const here = list.indexOf(current());
  const next = list[Math.min(list.length - 1, Math.max(0, here + by))] ?? list[0];
  if (here === list.length - 1 && by > 0) document.querySelector("#next-page")?.focus();
  move(next);
  return next;
}

async function unfold(row) {
  if (!row) return;
  const open = row.nextElementSibling;
  if (open?.classList.contains("detail")) return open.remove();
  document.querySelector("#rows > tr.detail")?.remove();
  const answer = await read(`/shipments/${row.dataset.id}`);
  const body = answer?.page.querySelector("#shipment");
  if (!body) return;
  const detail = document.createElement("tr");
  detail.className = "detail";
  const cell = detail.insertCell();
  cell.colSpan = row.cells.length;
  const wrap = document.createElement("div");
  wrap.className = "detail-body";
  wrap.append(body);
  cell.append(wrap);
  row.after(detail);
}

const deed = (act) => document.querySelector(`#act [data-act="${act}"]`)?.click();

document.addEventListener("keydown", (event) => {
  if (!document.querySelector("#rows") || document.querySelector("dialog[open], .drawer")) return;
  if (event.key === "Escape" && !isTyping(event)) {
    const detail = document.querySelector("#rows > tr.detail");
    if (detail) detail.remove();
    else selection.clear();
    return;
  }
  if (isTyping(event) || event.target.closest("button, a, summary, input") && [" ", "Enter"].includes(event.key)) return;
  const act = {
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    J: () => (current() && selection.toggle(current(), true), selection.range(step(1))),
    K: () => (current() && selection.toggle(current(), true), selection.range(step(-1))),
    " ": () => selection.toggle(current() ?? step(1)),
    x: () => selection.toggle(current() ?? step(1)),
    a: () => selection.everything(),
    o: () => unfold(current()),
    Enter: () => current() && location.assign(`/shipments/${current().dataset.id}`),
    n: () => deed("number"),
    m: () => deed("merge"),
    r: () => reload(),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// Enter in a menu of the bar means that menu's deed, not the first one of the bar.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("#act .menu-body input")) return;
  event.preventDefault();
  event.target.closest(".menu-body").querySelector("button[type=submit]")?.click();
});

export async function reload() {
  const answer = await read(location.href);
  if (answer) show(answer, { push: false });
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("#rows > tr.row");
  if (!row) return;
  move(row);
  if (event.target.closest("a, button, input, label, summary") || getSelection().toString()) return;
  unfold(row);
});

// Deeds other than numbering end with fresh ticks.
document.addEventListener("submit", async (event) => {
  if (event.target.id !== "act" || event.submitter?.dataset.act === "number") return;
  event.preventDefault();
  const answer = await send(event.target, event.submitter);
  if (!answer) return;
  selection.clear();
  show(answer);
}, { capture: true });

document.addEventListener("huidan:shown", () => {
  if (at) move(document.querySelector(`#s${CSS.escape(at)}`));
});
