// What others do shows by itself: the server says when anything happened, and only then the list
// and the counts are read again. Ticks, cursor, scroll and an unfolded row stay.

import { read, say } from "./swap.js";
import { ticked } from "./selection.js";

const PACE_MS = 6000;
/** Ticks are told again so often, or others would take them for forgotten. */
const TOLD_MS = 60000;
let mark = null;
let told = "";
let toldAt = 0;

async function look() {
  if (document.hidden || !document.querySelector("#list")) return;
  const response = await fetch("/live", { headers: { Accept: "text/plain" } }).catch(() => null);
  document.documentElement.classList.toggle("is-lost", !response);
  if (!response?.ok || response.redirected) return;
  const now = await response.text();
  const before = mark;
  mark = now;
  if (before === null || before === now) return;
  if (document.querySelector("#rows > tr.detail, details.menu[open], dialog[open]")) {
    mark = before;
    return;
  }
  await refresh();
}

/** Reads the list and the counts again, in place. */
export async function refresh() {
  if (!document.querySelector("#list")) return;
  const answer = await read(location.href);
  if (!answer || answer.url !== location.href) return;
  const list = document.querySelector("#list");
  const focus = list.contains(document.activeElement) ? document.activeElement.id : null;
  const scroll = list.scrollTop;
  list.replaceChildren(...answer.page.querySelector("#list").childNodes);
  list.scrollTop = scroll;
  await count(true);
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("huidan:shown"));
  say(list.querySelector(".range")?.textContent ?? "");
}

/** Counts that were shown last stand until the new ones are there, so that nothing flickers. */
let counted = null;

/** Asks for the counts that were left out of the page, and puts each into its place. */
async function count(isForced) {
  const rail = document.querySelector("#rail");
  if (!rail || !(isForced || rail.hasAttribute("data-late"))) return;
  if (counted) fill(rail, counted);
  const asked = location.search;
  const answer = await read(`/workbench/counts${asked}`);
  const full = answer?.page.querySelector("#rail");
  if (!full || location.search !== asked || !document.querySelector("#rail")) return;
  counted = full;
  // Somebody may be giving a filter its name.
  if (document.querySelector("#rail").contains(document.activeElement)) fill(document.querySelector("#rail"), full);
  else document.querySelector("#rail").replaceWith(full);
  const list = document.querySelector("#list");
  list.dataset.total = answer.page.querySelector("#list").dataset.total;
  for (const css of [".pager .range", ".take-all span"]) {
    const text = answer.page.querySelector(css)?.textContent;
    if (text !== undefined && document.querySelector(css)) document.querySelector(css).textContent = text;
  }
  const all = answer.page.querySelector("#ticked-count")?.dataset.all;
  if (all) document.querySelector("#ticked-count").dataset.all = all;
}

function fill(rail, before) {
  const known = before.querySelectorAll("a[data-rail] .count");
  rail.querySelectorAll("a[data-rail] .count").forEach((place, index) => (place.textContent = known[index]?.textContent ?? ""));
}

/** Tells others what is ticked here, and shows what they have ticked. */
async function meet() {
  const rows = [...document.querySelectorAll("#rows > tr.row")];
  const csrf = document.querySelector("#act input[name=csrf]")?.value;
  if (document.hidden || !csrf) return;
  const mine = ticked().join(",");
  const isNew = mine !== told || (mine && Date.now() - toldAt > TOLD_MS);
  const body = new URLSearchParams({ csrf, shown: rows.map((row) => row.dataset.id).join(",") });
  if (isNew) {
    body.set("changed", "1");
    body.set("ticked", mine);
  }
  const response = await fetch("/live/ticks", { method: "POST", body }).catch(() => null);
  if (!response?.ok || response.redirected) return;
  if (isNew) [told, toldAt] = [mine, Date.now()];
  const others = await response.json();
  for (const row of rows) {
    const text = others[row.dataset.id];
    const holder = row.querySelector(".holder");
    if (!text) holder?.remove();
    else if (holder?.title !== text) {
      holder?.remove();
      row.querySelector(".c-tick").append(person(text));
    }
  }
}

/** The mark beside a tick box: a person, and who it is. */
function person(text) {
  const mark = document.createElement("span");
  mark.className = "holder";
  mark.title = text;
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", text);
  const icon = document.querySelector("header .me .icon")?.cloneNode(true);
  if (icon) mark.append(icon);
  return mark;
}

/** What says so is read again while it is looked at. */
async function follow() {
  const parts = [...document.querySelectorAll("main [data-live][id]")].filter((part) => !part.parentElement.closest("[data-live][id]"));
  if (!parts.length || document.hidden || document.querySelector("details.menu[open]")) return;
  const answer = await read(location.href);
  for (const part of parts) {
    // Somebody may be writing there.
    if (part.contains(document.activeElement)) continue;
    const now = answer?.page.getElementById(part.id);
    if (now && part.isConnected && now.innerHTML !== part.innerHTML) part.replaceWith(now);
  }
}

/** Where a job is heard, while a part of the page names one. */
let heard = null;

/** A part that names a job is read again whenever the job has got on. */
function hear() {
  const from = document.querySelector("main [data-live][data-events]")?.dataset.events;
  if (heard?.from === from) return;
  heard?.source.close();
  heard = from ? { from, source: new EventSource(from) } : null;
  heard?.source.addEventListener("job", async () => {
    await follow();
    hear();
  });
}

setInterval(look, PACE_MS);
setInterval(follow, PACE_MS);
setInterval(meet, PACE_MS);
document.addEventListener("huidan:ticked", meet);
document.addEventListener("huidan:shown", meet);
document.addEventListener("huidan:shown", () => count(false));
document.addEventListener("huidan:shown", hear);
look();
hear();
