// A call's recording: plain audio player, the waveform of both channels over it, places to jump to.
import { getJson } from "./server.js";

const player = document.getElementById("player");
const audio = document.getElementById("audio");
const jumps = [...document.querySelectorAll(".jump")];
const CHANNELS = [
  { waveColor: "#7aa7d8", progressColor: "#2a6ab0" }, // caller, as in console.css
  { waveColor: "#8cc5b2", progressColor: "#0b6e6e" }, // bot and agent
];

function problem(reason) {
  const place = document.getElementById("player-problem");
  place.textContent = player.dataset.failed.replace("{reason}", reason);
  place.hidden = false;
}

function playFrom(ms) {
  audio.currentTime = ms / 1000;
  audio.play().catch((error) => problem(error.message));
}

function markSpoken() {
  const ms = audio.currentTime * 1000;
  for (const jump of jumps) {
    const spoken = ms >= Number(jump.dataset.start) && ms < Number(jump.dataset.end);
    jump.closest("li, p").classList.toggle("playing", spoken && !audio.paused);
  }
}

async function drawWaveform() {
  if (!player.dataset.wavesurfer) return;
  const [{ default: WaveSurfer }, wave] = await Promise.all([
    import(player.dataset.wavesurfer),
    getJson(player.dataset.peaks),
  ]);
  WaveSurfer.create({
    container: "#waveform",
    media: audio,
    peaks: wave.peaks,
    duration: wave.duration,
    height: 56,
    cursorColor: "#1d2733",
    cspNonce: player.dataset.nonce,
    splitChannels: CHANNELS.slice(0, wave.channels),
    normalize: true,
  });
}

for (const jump of jumps) jump.onclick = () => playFrom(Number(jump.dataset.start));
for (const name of ["timeupdate", "pause", "seeked"]) audio.addEventListener(name, markSpoken);
audio.addEventListener("error", () => problem(audio.error?.message || "network"));
drawWaveform().catch((error) => problem(error.message));
