// The phone page: buttons and words around a BoxLine.

import { BoxLine } from "./line.js";

const WORDS = {
  en: {
    title: "Telephone", to: "Number to call", from: "Your number", call: "Call", hangUp: "Hang up",
    microphone: "You", line: "The other side", log: "What happened", idle: "Ready to call",
    connecting: "Connecting…", ringing: "Ringing…", answered: "In a call", ended: "The call is over",
    problem: "That did not work", pressed: "Pressed", zh: "Mandarin", en: "English",
    heard: "Mandarin or English",
    noNumbers: "This box has no number to call.",
    badNumber: "your number should look like +8613800000109",
    hint: "Your voice goes to the telephone company in a box on this machine, not over the internet.",
    who: "The demo asks who calls: +8613800000109 is Marcus Lane, and an order of his ends in 8429.",
  },
  zh: {
    title: "电话", to: "拨打的号码", from: "您的号码", call: "呼叫", hangUp: "挂断",
    microphone: "您", line: "对方", log: "通话记录", idle: "可以拨打",
    connecting: "正在连接…", ringing: "正在振铃…", answered: "通话中", ended: "通话已结束",
    problem: "出了问题", pressed: "按键", zh: "普通话", en: "英语", heard: "普通话或英语",
    noNumbers: "没有可以拨打的号码。",
    badNumber: "您的号码应类似 +8613800000109",
    hint: "您的声音只到达本机的模拟电话公司，不经过互联网。",
    who: "演示会核对身份：+8613800000109 是 Marcus Lane，他有一个订单的尾号是 8429。",
  },
};
const REASONS = {
  zh: {
    completed: "正常结束", "hung-up": "已挂断", busy: "忙线", failed: "失败", "no-answer": "无人接听",
    canceled: "已取消", "connection-lost": "连接中断",
  },
};
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

const find = (id) => document.getElementById(id);
const line = new BoxLine();
let language = navigator.language.startsWith("zh") ? "zh" : "en";
let state = "idle";
let numbers = [];

function word(name) {
  return WORDS[language][name] ?? name;
}

function note(text) {
  const entry = document.createElement("li");
  const time = document.createElement("time");
  time.textContent = new Date().toLocaleTimeString(language, { hour12: false });
  entry.append(time, text);
  find("log").prepend(entry);
}

function show(next, detail = "") {
  state = next;
  const inCall = ["connecting", "ringing", "answered"].includes(state);
  find("state").dataset.state = state;
  find("state").textContent = detail ? `${word(state)}: ${detail}` : word(state);
  find("call").disabled = inCall || numbers.length === 0;
  find("hang-up").disabled = !inCall;
  for (const key of find("pad").children) key.disabled = state !== "answered";
}

function speakLanguage(chosen) {
  language = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = word(element.dataset.text);
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  }
  listNumbers();
  show(state);
}

function listNumbers() {
  const chosen = find("to").value;
  find("to").replaceChildren(
    ...numbers.map(({ number, language: spoken, label }) => {
      const option = document.createElement("option");
      option.value = number;
      option.textContent = [number, word(spoken), label].filter(Boolean).join(" · ");
      return option;
    }),
  );
  if (chosen) find("to").value = chosen;
}

async function call() {
  const from = find("from").value.replace(/[\s-]/g, "");
  if (!/^\+[1-9]\d{6,14}$/.test(from)) {
    show("problem", word("badNumber"));
    return;
  }
  show("connecting");
  try {
    await line.call(from, find("to").value);
  } catch (error) {
    line.stopSound();
    show("problem", error.message);
    note(`${word("problem")}: ${error.message}`);
  }
}

function hangUp() {
  line.hangUp();
  if (state === "connecting") {
    line.stopSound();
    show("ended");
  }
}

function press(key) {
  line.press(key);
  note(`${word("pressed")} ${key}`);
}

/** Loudness as the eye expects it: -60 dB is empty, 0 dB full. */
function bar(level) {
  return level > 0 ? Math.max(0, 1 + Math.log10(level) / 3) : 0;
}

function follow() {
  line.addEventListener("ringing", () => {
    show("ringing");
    note(`${word("ringing")} ${find("to").value}`);
  });
  line.addEventListener("answered", () => {
    show("answered");
    note(word("answered"));
  });
  line.addEventListener("ended", ({ detail }) => {
    const reason = REASONS[language]?.[detail.reason] ?? detail.reason;
    if (state !== "problem") show("ended", reason);
    note(`${word("ended")}: ${reason}`);
  });
  line.addEventListener("error", ({ detail }) => {
    line.stopSound();
    show("problem", detail.reason);
    note(`${word("problem")}: ${detail.reason}`);
  });
  line.addEventListener("level", ({ detail }) => {
    find("level-microphone").value = bar(detail.microphone);
    find("level-line").value = bar(detail.line);
  });
}

function buildPad() {
  find("pad").replaceChildren(
    ...KEYS.map((key) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = key;
      button.addEventListener("click", () => press(key));
      return button;
    }),
  );
  document.addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey }) => {
    const isTyping = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (!isTyping && !ctrlKey && !metaKey && !altKey && state === "answered" && KEYS.includes(key)) {
      press(key);
    }
  });
}

async function begin() {
  buildPad();
  follow();
  find("call").addEventListener("click", call);
  find("hang-up").addEventListener("click", hangUp);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => speakLanguage(button.dataset.language));
  }
  const offered = await fetch("/phone/numbers").then((answer) => answer.json());
  numbers = offered.numbers;
  find("from").value = offered.from;
  speakLanguage(language);
  if (numbers.length === 0) note(word("noNumbers"));
}

begin();
