// The agent's desk: shows what the server says about the agent, and works the phone.
import { BoxPhone } from "./phone_box.js";
import { TwilioPhone } from "./phone_twilio.js";
import { follow, post } from "./server.js";
import { startTimers, tick } from "./timers.js";

const HEARTBEAT_MS = 10_000; // the server forgets a silent desk after 45 s
const PHONE_RETRY_MS = 5000;

const at = (id) => document.getElementById(id);
const desk = at("desk");
const words = Object.fromEntries(
  [...at("words").content.querySelectorAll("i")].map((i) => [i.dataset.key, i.textContent]),
);
const now = { status: "", state: "idle", phone: "starting", muted: false, told: 0 };

function notice(text) {
  at("notice").textContent = text;
  at("notice").hidden = !text;
}

function stageOf(state) {
  return state === "reserved" ? "offer" : state;
}

function hintOf(stage) {
  if (stage === "idle" && now.status !== "available") return "hint.away";
  if (stage === "offer" && now.phone !== "ringing") return "hint.offer_silent";
  return `hint.${stage}`;
}

function show() {
  const stage = stageOf(now.state);
  desk.dataset.stage = stage;
  at("stage-title").textContent = words[`stage.${stage}`];
  at("stage-hint").textContent = words[hintOf(stage)];
  at("state").textContent = words[`state.${now.state}`] ?? now.state;
  for (const button of document.querySelectorAll("[data-status]")) {
    button.setAttribute("aria-pressed", String(button.dataset.status === now.status));
  }
  at("answer").hidden = at("reject").hidden = now.phone !== "ringing";
  at("mute").hidden = at("hang-up").hidden = at("level").hidden = now.phone !== "talking";
  at("wrap-up").hidden = stage !== "wrapping";
  at("mute").setAttribute("aria-pressed", String(now.muted));
  at("mute").textContent = now.muted ? words.unmute : words.mute;
  if (stage === "idle") showCall({ story_html: "", talk_html: "" });
}

// The HTML is made and escaped by our server (desk/story.html, desk/talk.html).
function showCall({ story_html: story, talk_html: talk }) {
  at("story").innerHTML = story;
  at("talk").innerHTML = talk;
  at("no-talk").hidden = Boolean(talk.trim());
  at("talk").lastElementChild?.scrollIntoView({ block: "nearest" });
}

function startTimer(running) {
  at("timer").hidden = !running;
  if (running) at("timer").dataset.since = new Date().toISOString();
  tick();
}

function take(state) {
  const was = now.state;
  Object.assign(now, { status: state.status, state: state.state ?? "idle" });
  if (was !== now.state) startTimer(now.state !== "idle");
  show();
}

// An answer that was overtaken by the stream is old: a call offered meanwhile must not look idle.
async function act(url, values) {
  const told = now.told;
  try {
    const state = await post(url, values);
    if (now.told === told) take(state);
    notice("");
  } catch (error) {
    notice(words.refused.replace("{reason}", error.message));
  }
}

function phoneIs(phone, reason) {
  now.phone = phone;
  if (phone !== "talking") now.muted = false;
  at("phone-state").textContent = words[`phone.${phone}`].replace("{reason}", reason ?? "");
  at("phone-state").dataset.phone = phone;
  show();
}

function makePhone() {
  const { phone, box, endpoint, token, twilio } = desk.dataset;
  if (phone === "box") return new BoxPhone({ boxUrl: box.replace(/\/$/, ""), endpoint });
  return new TwilioPhone({ tokenUrl: token, scriptUrl: twilio });
}

async function startPhone() {
  const phone = makePhone();
  phone.addEventListener("ready", () => phoneIs("ready"));
  phone.addEventListener("gone", () => phoneIs("gone"));
  phone.addEventListener("incoming", () => phoneIs("ringing"));
  phone.addEventListener("answered", () => phoneIs("talking"));
  phone.addEventListener("ended", () => phoneIs("ready"));
  phone.addEventListener("failed", (event) => phoneIs("failed", reasonOf(event.detail)));
  phone.addEventListener("level", ({ detail }) => { at("level").value = detail.level; });
  try {
    await phone.start();
  } catch (error) {
    phone.stop(); // two phones under one name would both ring
    phoneIs("failed", error.message);
    await new Promise((done) => setTimeout(done, PHONE_RETRY_MS));
    return startPhone();
  }
  return phone;
}

function reasonOf(detail) {
  return detail?.reason ?? detail?.message ?? String(detail ?? "");
}

function listen() {
  let phone;
  startPhone().then((started) => { phone = started; });
  const use = (move) => async () => {
    try {
      await move(phone);
    } catch (error) {
      phoneIs("failed", error.message);
    }
  };
  at("answer").onclick = use((line) => line.answer());
  at("reject").onclick = use((line) => line.reject());
  at("hang-up").onclick = use((line) => line.hangUp());
  at("mute").onclick = use((line) => { now.muted = !now.muted; show(); return line.mute(now.muted); });
  at("wrap-up").onclick = () => act(desk.dataset.wrapUp);
  for (const button of document.querySelectorAll("[data-status]")) {
    button.onclick = () => act(desk.dataset.statusUrl, { status: button.dataset.status });
  }
}

function keepAlive() {
  setInterval(() => {
    if (now.status !== "logged_out") post(desk.dataset.heartbeat).catch(() => notice(words.lost));
  }, HEARTBEAT_MS);
}

startTimers();
listen();
keepAlive();
follow(
  desk.dataset.events,
  {
    state: (state) => { now.told += 1; take(state); },
    offer: showCall,
    connected: showCall,
    talk: showCall,
    ended: () => show(),
  },
  (up) => notice(up ? "" : words.lost),
);
