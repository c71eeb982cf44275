// A file can be dropped anywhere on its panel; the field then holds it as if it had been chosen.

import { read } from "./swap.js";

const PACE_MS = 1000;

/** While a file is taken in, the list of imports is read again: it says how far this one is. */
function watch(form, css) {
  const timer = setInterval(async () => {
    if (!form.dataset.busy || !form.isConnected) return clearInterval(timer);
    const answer = await read(location.pathname + location.search);
    const now = answer?.page.querySelector(css);
    if (now && form.dataset.busy) document.querySelector(css)?.replaceWith(now);
  }, PACE_MS);
}

document.addEventListener("submit", (event) => {
  const css = event.submitter?.dataset.watch;
  // The form is marked as busy by who sends it, in the same turn.
  if (css) setTimeout(() => watch(event.target, css));
});

document.addEventListener("dragover", (event) => {
  const zone = event.target.closest?.(".drop");
  if (!zone) return;
  event.preventDefault();
  zone.classList.add("is-over");
});

document.addEventListener("dragleave", (event) => {
  const zone = event.target.closest?.(".drop");
  if (zone && !zone.contains(event.relatedTarget)) zone.classList.remove("is-over");
});

document.addEventListener("drop", (event) => {
  const zone = event.target.closest?.(".drop");
  if (!zone) return;
  event.preventDefault();
  zone.classList.remove("is-over");
  const field = zone.querySelector("input[type=file]");
  field.files = event.dataTransfer.files;
  field.focus();
});
