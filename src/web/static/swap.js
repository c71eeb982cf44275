// Forms without loading the page anew: what comes back takes the place of what is shown, focus and
// scroll stay where they are, and a refusal is shown beside the form that keeps what was typed.

const parser = new DOMParser();

/** Sends a form; answers the page that came back, or null when it was refused or lost. */
export async function send(form, submitter) {
  if (form.dataset.busy) return null;
  form.dataset.busy = "1";
  submitter?.setAttribute("aria-busy", "true");
  const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
  const data = new FormData(form, submitter);
  const isFile = form.enctype === "multipart/form-data";
  try {
    const response = await fetch(action, {
      method: "POST",
      body: isFile ? data : new URLSearchParams(data),
      headers: { Accept: "text/html" },
    });
    const page = parser.parseFromString(await response.text(), "text/html");
    if (!response.ok) {
      trouble(form, page.querySelector("#trouble"));
      return null;
    }
    if (new URL(response.url).pathname === "/login") {
      location.assign("/login");
      return null;
    }
    return { page, url: response.url };
  } catch {
    trouble(form, document.querySelector("#lost")?.content.querySelector("#trouble")?.cloneNode(true));
    return null;
  } finally {
    delete form.dataset.busy;
    submitter?.removeAttribute("aria-busy");
  }
}

/** Reads a page by its address; null when it cannot be had. */
export async function read(url) {
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    if (!response.ok || new URL(response.url).pathname === "/login") return null;
    return { page: parser.parseFromString(await response.text(), "text/html"), url: response.url };
  } catch {
    return null;
  }
}

/** Shows a refusal where the eye is, and gives it the focus. */
export function trouble(form, section) {
  if (!section) return;
  const place = form.closest("[data-trouble-here]") ?? document.querySelector("#notices");
  place.querySelector(":scope > #trouble")?.remove();
  place.prepend(section);
  for (const item of section.querySelectorAll("[data-field]")) {
    form.elements[item.dataset.field.split(".").pop()]?.setAttribute?.("aria-invalid", "true");
  }
  section.focus();
}

/** Puts a page in the place of this one. */
export function show({ page, url }, { push = true } = {}) {
  const focus = handle(document.activeElement);
  const scroll = document.querySelector("#list")?.scrollTop ?? 0;
  const same = new URL(url).pathname === location.pathname;
  document.title = page.title;
  document.body.className = page.body.className;
  document.body.dataset.place = page.body.dataset.place;
  document.querySelector("header.bar").replaceWith(page.querySelector("header.bar"));
  document.querySelector("#main").replaceWith(page.querySelector("#main"));
  if (push && url !== location.href) history.pushState({ swapped: true }, "", url);
  document.dispatchEvent(new CustomEvent("huidan:shown"));
  const list = document.querySelector("#list");
  if (list && same) list.scrollTop = scroll;
  (same ? find(focus) ?? list : null ?? document.querySelector("#main"))?.focus({ preventScroll: true });
  const notice = document.querySelector("#notices .notice p");
  if (notice) say(notice.textContent);
}

/** Tells something to those who do not see it. */
export function say(text) {
  document.querySelector("#says").textContent = text;
}

function handle(element) {
  if (!element || element === document.body) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.dataset.act) return `[data-act="${element.dataset.act}"]`;
  return null;
}

function find(selector) {
  return selector && document.querySelector(selector);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "plain" in form.dataset) return;
  const question = event.submitter?.dataset.ask;
  event.preventDefault();
  if (question && !confirm(question)) return;
  const answer = await send(form, event.submitter);
  if (answer) place(form, event.submitter, answer);
});

/** A part of the page is enough when the button names one, or the form stands in an unfolded row. */
function place(form, submitter, answer) {
  const part = submitter?.dataset.part ?? form.dataset.part ?? (form.closest(".detail") ? "#shipment" : null);
  const fresh = part && answer.page.querySelector(part);
  if (!fresh) return show(answer);
  document.querySelector(part).replaceWith(fresh);
  const said = answer.page.querySelector("#notices .notice");
  if (said) document.querySelector("#notices").replaceChildren(said);
  if (said) say(said.querySelector("p").textContent);
  fresh.tabIndex = -1;
  fresh.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("huidan:shown"));
}

addEventListener("popstate", async () => {
  const answer = await read(location.href);
  if (answer) show(answer, { push: false });
  else location.reload();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest(".notice").remove();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
