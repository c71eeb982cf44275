// Everything a page needs; each module listens for itself.

document.documentElement.classList.add("has-script");

import "./swap.js";
import "./clock.js";
import "./keys.js";
import "./selection.js";
import "./workbench.js";
import "./drawer.js";
import "./live.js";
import "./drop.js";
import "./scan.js";
import "./templates.js";
import "./audits.js";
import { tick } from "./clock.js";

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
document.addEventListener("huidan:shown", tick);
document.dispatchEvent(new CustomEvent("huidan:shown"));
