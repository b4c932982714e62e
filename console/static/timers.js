// Elements with data-since (ISO time) show how long ago that was, second by second.

function elapsed(since) {
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 1000));
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}

export function tick() {
  for (const element of document.querySelectorAll("[data-since]")) {
    element.textContent = elapsed(element.dataset.since);
  }
}

export function startTimers() {
  tick();
  setInterval(tick, 1000);
}
