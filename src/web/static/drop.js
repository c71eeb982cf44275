// A file can be dropped anywhere on its panel; the field then holds it as if it had been chosen.

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
