// The audit desk under the fingers: each key presses what carries it, or unfolds its form.

import { isTyping } from "./keys.js";

const desk = () => document.querySelector("#audit-desk");

/** Unfolds a form and puts the hand into its first field. */
function unfold(summary) {
  const fold = summary.parentElement;
  fold.open = true;
  fold.querySelector("input:not([type=hidden]), textarea, button")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (!desk() || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    const fold = event.target.closest?.("#audit-desk details[open]");
    if (!fold) return;
    fold.open = false;
    fold.querySelector("summary").focus();
    return;
  }
  // A key that is held down must not decide what nobody has looked at.
  if (isTyping(event) || event.repeat) return;
  const target = desk().querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("summary")) unfold(target);
  else target.click();
});

// After a deed the next order stands there: those who do not see it hear which one it is.
document.addEventListener("huidan:shown", () => {
  if (document.activeElement === document.body) desk()?.querySelector("h1")?.focus({ preventScroll: true });
});
