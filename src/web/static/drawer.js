// The batch drawer: the pages of a batch beside the list. What was typed is kept from the first key
// on, so that neither a reload nor a closed drawer loses a number.

import { read, send, show } from "./swap.js";
import { refresh } from "./live.js";
import * as selection from "./selection.js";

const KEY = "huidan.drawer";
const kept = ["first_number", "format", "backwards", "skip_taken"];

const recall = () => JSON.parse(sessionStorage.getItem(KEY) ?? "null") ?? {};
const remember = (change) => sessionStorage.setItem(KEY, JSON.stringify({ ...recall(), ...change }));
const drawer = () => document.querySelector(".drawer");

function open(answer) {
  const step = answer.page.querySelector("#step");
  if (!step) {
    close();
    show(answer);
    return;
  }
  let aside = drawer();
  if (!aside) {
    aside = document.createElement("aside");
    aside.className = "drawer";
    aside.setAttribute("role", "dialog");
    aside.setAttribute("aria-labelledby", "step-title");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet icon-only drawer-close";
    button.dataset.closeDrawer = "";
    button.setAttribute("aria-label", document.querySelector("#keys button").textContent);
    button.innerHTML = '<svg class="icon" aria-hidden="true"><use href="#i-cross"></use></svg>';
    const body = document.createElement("div");
    body.className = "drawer-body";
    aside.append(button, body);
    document.body.append(aside);
  }
  const said = answer.page.querySelector("#notices .notice");
  aside.querySelector(".drawer-body").replaceChildren(...(said ? [said] : []), step);
  const isForm = step.dataset.step === "number";
  remember({ open: true, url: isForm ? null : new URL(answer.url).pathname });
  if (isForm) fill(step);
  hear();
  (step.querySelector(".plan [data-step-on]") ?? step.querySelector("[autofocus], button.primary") ?? step).focus();
  document.dispatchEvent(new CustomEvent("huidan:shown"));
}

/** Where the job of a batch is heard, while the drawer shows one that is under way. */
let heard = null;

/** What a job does for the drawer is read again whenever it has got on. */
function hear() {
  const from = drawer()?.querySelector("#step[data-events]")?.dataset.events;
  if (heard?.from === from) return;
  heard?.source.close();
  heard = from ? { from, source: new EventSource(from) } : null;
  heard?.source.addEventListener("job", async () => {
    const answer = await read(recall().url);
    const now = answer?.page.querySelector("#step[data-step=answer]");
    const shown = drawer()?.querySelector("#step[data-step=answer]");
    if (!now || !shown || heard?.from !== from) return;
    if (!("done" in now.dataset) && "events" in now.dataset) return shown.replaceWith(now);
    settle(now);
    open(answer);
  });
}

/** What was typed has done its work once its numbers are given. */
function settle(step) {
  const isGiven = step?.dataset.step === "run" || "done" in (step?.dataset ?? {});
  if (!isGiven) return;
  if (recall().fields) {
    remember({ typed: {}, fields: null });
    selection.clear();
  }
  refresh();
}

/** Puts back what was typed before. */
function fill(step) {
  const form = step.querySelector("#batch");
  const { typed = {}, fields } = recall();
  for (const name of kept) {
    const field = form.elements[name];
    if (!field || !(name in typed) || field.type !== "checkbox" && field.value && name !== "format") continue;
    if (field.type === "checkbox") field.checked = typed[name];
    else if (typed[name]) field.value = typed[name];
  }
  remember({ fields: fields ?? ["shipment", "query", "back"].map((name) => [name, form.elements[name].value]) });
}

function close() {
  drawer()?.remove();
  hear();
  remember({ open: false });
  document.querySelector("#list")?.focus({ preventScroll: true });
}

document.addEventListener("input", (event) => {
  if (!event.target.closest("#batch") || !kept.includes(event.target.name)) return;
  const { typed = {} } = recall();
  const value = event.target.type === "checkbox" ? event.target.checked : event.target.value;
  remember({ typed: { ...typed, [event.target.name]: value } });
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const begins = form.id === "act" && event.submitter?.dataset.act === "number";
  if (!begins && !form.closest(".drawer")) return;
  if ("plain" in form.dataset) return;
  event.preventDefault();
  event.stopPropagation();
  const question = event.submitter?.dataset.ask;
  if (question && !confirm(question)) return;
  if (begins) remember({ fields: null });
  const answer = await send(form, event.submitter);
  if (!answer) return;
  settle(answer.page.querySelector("#step"));
  open(answer);
}, { capture: true });

document.addEventListener("click", async (event) => {
  const filler = event.target.closest("[data-fill]");
  if (filler) {
    const field = document.getElementById(filler.dataset.fill);
    field.value = filler.dataset.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }
  const ends = event.target.closest("[data-close-drawer]");
  if (ends && drawer()) {
    event.preventDefault();
    close();
  }
  const link = event.target.closest(".drawer [data-step-link]");
  if (link) {
    event.preventDefault();
    const answer = await read(link.href);
    if (answer) open(answer);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drawer() && !document.querySelector("dialog[open], details.menu[open]")) {
    event.stopImmediatePropagation();
    close();
  }
});

// A PDF opens in a tab of its own; this page then shows its sheets as handed out.
document.addEventListener("submit", (event) => {
  if (!("thenReload" in event.target.dataset)) return;
  setTimeout(async () => {
    const url = recall().open && drawer() ? recall().url : location.href;
    const answer = await read(url);
    if (answer) drawer() ? open(answer) : show(answer, { push: false });
  }, 1200);
});

// A reload in the middle: the drawer stands where it stood.
async function resume() {
  const { open: was, url, fields } = recall();
  const bar = document.querySelector("#act");
  if (!was || !bar || drawer()) return;
  if (url) {
    const answer = await read(url);
    if (!answer) return remember({ open: false });
    settle(answer.page.querySelector("#step"));
    return open(answer);
  }
  if (!fields) return;
  const form = document.createElement("form");
  form.action = "/batch";
  for (const [name, value] of [...fields, ["csrf", bar.elements.csrf.value]]) {
    const input = document.createElement("input");
    [input.type, input.name, input.value] = ["hidden", name, value];
    form.append(input);
  }
  const answer = await send(form, null);
  if (answer) open(answer);
  else remember({ open: false });
}

resume();
