// Countdowns that keep counting, and the zone in which the server writes times.

const zone = -new Date().getTimezoneOffset();
const known = document.cookie.match(/(?:^|; )zone=(-?\d+)/)?.[1];
if (String(zone) !== known) {
  document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
}

// The server's clock counts: one that is wrong at the desk must not make a parcel late.
const ahead = Date.now() - (Date.parse(document.documentElement.dataset.now) || Date.now());

function words(minutes) {
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const two = String(rest).padStart(2, "0");
  if (document.documentElement.lang === "en") {
    return days ? `${days} d ${hours} h` : hours ? `${hours} h ${two}` : `${rest} min`;
  }
  return days ? `${days} 天 ${hours} 时` : hours ? `${hours} 时 ${two} 分` : `${rest} 分钟`;
}

export function tick() {
  const now = Date.now() - ahead;
  const isEnglish = document.documentElement.lang === "en";
  for (const due of document.querySelectorAll("[data-due]")) {
    const left = Math.trunc((Date.parse(due.dataset.due) - now) / 60000);
    const text = words(Math.abs(left));
    const isLate = Date.parse(due.dataset.due) <= now;
    due.dataset.urgency = isLate ? "late" : Date.parse(due.dataset.warn) <= now ? "soon" : "calm";
    const shown = !isLate ? text : isEnglish ? `${text} late` : `超时 ${text}`;
    const span = due.querySelector("span");
    if (span.textContent !== shown) span.textContent = shown;
  }
}

setInterval(tick, 20000);
