// The template editor: drawn anew while one types, boxes dragged in the preview. Without this the
// button "Preview" and the fields in millimetres do the same.

import { send } from "./swap.js";

const WAIT_MS = 350;
const STEP_MM = 0.5;
let timer = 0;
let held = null;
let typed = null;

const form = () => document.querySelector("#template-form");

async function draw() {
  const now = form();
  const button = now?.querySelector("[data-preview]");
  if (!button) return;
  // A request is under way: what is typed meanwhile is drawn after it.
  if (now.dataset.busy) return later();
  const answer = await send(now, button);
  const fresh = answer?.page.querySelector("#template-preview");
  if (fresh && !held) document.querySelector("#template-preview").replaceWith(fresh);
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(draw, WAIT_MS);
}

document.addEventListener("input", (event) => {
  if (event.target.form?.id === "template-form") later();
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("#template-form textarea")) typed = event.target;
});

document.addEventListener("click", (event) => {
  const insert = event.target.closest?.("[data-insert]")?.dataset.insert;
  if (!insert || !typed?.isConnected) return;
  typed.setRangeText(insert, typed.selectionStart, typed.selectionEnd, "end");
  typed.focus();
  later();
});

// A picture becomes dots here: black where it is dark and not see-through, as large as a logo needs.
const SIDE = 320;

async function dots(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const row = Math.ceil(width / 8);
  const bits = new Uint8Array(row * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = 4 * (y * width + x);
      const light = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
      if (data[at + 3] > 127 && light < 140) bits[y * row + (x >> 3)] |= 0x80 >> (x & 7);
    }
  }
  return `${width} ${height} ${btoa(String.fromCharCode(...bits))}`;
}

document.addEventListener("change", async (event) => {
  const name = event.target.dataset?.picture;
  if (!name || !event.target.files[0]) return;
  form().elements[name].value = await dots(event.target.files[0]);
  later();
});

const field = (index, name) => form()?.elements[`b${index}.${name}`];

document.addEventListener("pointerdown", (event) => {
  const rect = event.target.closest?.(".template-handles rect");
  if (!rect || event.button !== 0) return;
  const svg = rect.ownerSVGElement;
  const scale = svg.viewBox.baseVal.width / svg.getBoundingClientRect().width;
  const index = rect.dataset.box;
  held = { rect, index, scale, from: [event.clientX, event.clientY], at: ["x", "y"].map((name) => Number(field(index, name).value)), moved: false };
  rect.classList.add("is-held");
  rect.setPointerCapture(event.pointerId);
  event.preventDefault();
});

document.addEventListener("pointermove", (event) => {
  if (!held) return;
  const delta = [event.clientX - held.from[0], event.clientY - held.from[1]].map((px) => px * held.scale);
  if (!held.moved && Math.hypot(...delta) < 1) return;
  held.moved = true;
  ["x", "y"].forEach((name, axis) => {
    const value = Math.max(0, Math.round((held.at[axis] + delta[axis]) / STEP_MM) * STEP_MM);
    held.rect.setAttribute(name, value);
    field(held.index, name).value = value;
  });
});

function release() {
  if (!held) return;
  const { rect, index, moved } = held;
  held = null;
  rect.classList.remove("is-held");
  if (moved) return draw();
  const details = document.querySelector(`.template-box[data-box="${index}"]`);
  details.open = true;
  details.scrollIntoView({ block: "nearest" });
  field(index, "text").focus({ preventScroll: true });
}

document.addEventListener("pointerup", release);
document.addEventListener("pointercancel", release);
