// Keys that work on every page. A key pressed while typing belongs to the field.

const places = { w: "/workbench?state=ready", a: "/audits", d: "/deadlines", s: "/suggestions", r: "/number-runs", p: "/print-jobs", h: "/" };
let waiting = 0;

export const isTyping = (event) =>
  event.target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select") ||
  event.ctrlKey || event.metaKey || event.altKey || event.isComposing;

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return escape(event);
  if (isTyping(event) || document.querySelector("dialog[open]")) return;
  if (Date.now() - waiting < 1200 && places[event.key]) {
    event.preventDefault();
    event.stopImmediatePropagation();
    location.assign(places[event.key]);
    return;
  }
  waiting = event.key === "g" ? Date.now() : 0;
  if (event.key === "?") {
    event.preventDefault();
    document.querySelector("#keys").showModal();
  }
  const search = document.querySelector("#search");
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

function escape(event) {
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopImmediatePropagation();
  } else if (event.target.id === "search") {
    event.target.blur();
    document.querySelector("#list")?.focus();
    event.stopImmediatePropagation();
  }
}
