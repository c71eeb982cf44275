// What others do shows by itself: the server says when anything happened, and only then the list
// and the counts are read again. Ticks, cursor, scroll and an unfolded row stay.

import { read, say } from "./swap.js";

const PACE_MS = 6000;
let mark = null;

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
  document.querySelector("#rail")?.replaceWith(answer.page.querySelector("#rail"));
  list.replaceChildren(...answer.page.querySelector("#list").childNodes);
  list.dataset.total = answer.page.querySelector("#list").dataset.total;
  list.scrollTop = scroll;
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("huidan:shown"));
  say(list.querySelector(".range")?.textContent ?? "");
}

setInterval(look, PACE_MS);
look();
