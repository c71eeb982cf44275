// Scan-and-ship: a scanner types a whole number within a blink and ends with Enter. Such a burst goes
// to the field wherever the focus is; what comes back is told by sound as well as by colour and word.

const GAP_MS = 45;
const SHORTEST = 6;
let burst = "";
let last = 0;
let shipped = 0;
let audio = null;

document.addEventListener("keydown", (event) => {
  const field = document.querySelector("#code");
  if (!field || event.ctrlKey || event.metaKey || event.altKey) return;
  const now = performance.now();
  if (now - last > GAP_MS) burst = "";
  last = now;
  if (event.key.length === 1) {
    burst += event.key;
  } else if (event.key === "Enter" && burst.length >= SHORTEST && event.target !== field) {
    event.preventDefault();
    field.value = burst;
    burst = "";
    field.form.requestSubmit(field.form.querySelector("button[type=submit]"));
  }
}, { capture: true });

function tone(frequency, at, length) {
  const [voice, loud] = [audio.createOscillator(), audio.createGain()];
  voice.frequency.value = frequency;
  voice.connect(loud).connect(audio.destination);
  loud.gain.setValueAtTime(0.15, audio.currentTime + at);
  loud.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + length);
  voice.start(audio.currentTime + at);
  voice.stop(audio.currentTime + at + length);
}

const sounds = {
  right: () => tone(1175, 0, 0.12),
  again: () => (tone(660, 0, 0.12), tone(660, 0.16, 0.12)),
  wrong: () => (tone(196, 0, 0.35), tone(175, 0.2, 0.45)),
};

document.addEventListener("huidan:shown", () => {
  const field = document.querySelector("#code");
  const scanned = document.querySelector("#scanned");
  if (!field || !scanned || scanned.dataset.heard) return;
  scanned.dataset.heard = "1";
  if (scanned.dataset.verdict === "none") return;
  if ("left" in scanned.dataset) {
    shipped += 1;
    const tally = document.querySelector("#tally");
    tally.textContent = tally.dataset.text.replace("{}", shipped);
  }
  audio ??= new AudioContext();
  sounds[scanned.dataset.verdict]?.();
  field.value = "";
  field.focus();
});
