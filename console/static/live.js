// Live calls: htmx puts the server's fragments in place; here only the clocks run.
import { startTimers, tick } from "./timers.js";

const RELOAD_MS = 5000;

startTimers();
document.body.addEventListener("htmx:sseMessage", tick);
document.body.addEventListener("htmx:oobAfterSwap", tick);

// Without htmx (not installed) the page is still right, just a few seconds old.
if (!window.htmx) setTimeout(() => location.reload(), RELOAD_MS);
