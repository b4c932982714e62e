// A telephone line of the box in a browser: one WebSocket, the microphone, the loudspeaker.

import { decode, encode } from "./mulaw.js";

const OPEN_WITHIN_MS = 8000;

/** Loudness of samples from 0 to 1. */
function levelOf(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length));
}

/** A sentence for what getUserMedia says. */
function microphoneProblem(error) {
  if (error.name === "NotAllowedError") return "the microphone was not allowed";
  if (error.name === "NotFoundError") return "there is no microphone";
  return `the microphone cannot be used (${error.name})`;
}

/**
 * Events (detail): registered {identity}, incoming {from, call_sid}, ringing, answered {call_sid},
 * ended {reason}, level {microphone, line} from 0 to 1 every 20 ms of a call, error {reason}.
 */
export class BoxLine extends EventTarget {
  /** `address`: the box, where this file came from if not given. */
  constructor(address = new URL("/", import.meta.url).href) {
    super();
    const url = new URL("/phone/ws", address);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.address = url.href;
    this.socket = null;
    this.sound = null;
    this.lineLevel = 0;
    this.identity = null;
  }

  /** Be reachable under an identity such as client:tomas; asks for the microphone at once. */
  async register(identity) {
    await this.open();
    this.identity = identity;
    this.send({ type: "register", identity });
  }

  /** Call a number; to be called from a click, so that the browser lets sound play. */
  async call(from, to) {
    await this.startSound();
    await this.open();
    this.send({ type: "call", from, to });
  }

  /** Accept the ringing call; to be called from a click. */
  async answer() {
    await this.startSound();
    this.send({ type: "answer" });
  }

  reject() {
    this.send({ type: "reject" });
  }

  hangUp() {
    this.send({ type: "hangup" });
  }

  press(digit) {
    this.send({ type: "digit", digit });
  }

  /** Leave the line for good. */
  close() {
    this.stopSound();
    if (this.socket) this.socket.close();
  }

  tell(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  send(message) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify(message));
    }
  }

  /** The WebSocket, opened once; rejects with a sentence. */
  async open() {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) return;
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.take(data);
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("the box does not answer")), OPEN_WITHIN_MS);
      socket.onopen = () => resolve(clearTimeout(timer));
      socket.onerror = () => reject(new Error("the box cannot be reached"));
    });
    socket.onerror = null;
    socket.onclose = () => this.lost();
    this.socket = socket;
  }

  lost() {
    this.socket = null;
    this.stopSound();
    this.tell("ended", { reason: "connection-lost" });
  }

  take(data) {
    if (typeof data === "string") {
      const { type, ...detail } = JSON.parse(data);
      if (type === "ended") this.stopSound();
      this.tell(type, detail);
      return;
    }
    const samples = decode(new Uint8Array(data));
    this.lineLevel = levelOf(samples);
    if (this.sound) this.sound.node.port.postMessage(samples);
  }

  async startSound() {
    if (this.sound) return;
    if (!navigator.mediaDevices) {
      throw new Error("this page has no microphone: open it on 127.0.0.1 or over https");
    }
    const stream = await navigator.mediaDevices
      .getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, channelCount: 1 } })
      .catch((error) => {
        throw new Error(microphoneProblem(error));
      });
    const context = new AudioContext({ latencyHint: "interactive" });
    await context.audioWorklet.addModule(new URL("./line_worklet.js", import.meta.url));
    const node = new AudioWorkletNode(context, "hotline-line", {
      numberOfInputs: 1,
      numberOfOutputs: 1,
      outputChannelCount: [1],
      channelCount: 1,
      channelCountMode: "explicit",
    });
    node.port.onmessage = ({ data }) => this.speak(data);
    context.createMediaStreamSource(stream).connect(node).connect(context.destination);
    await context.resume();
    this.sound = { stream, context, node };
  }

  speak(samples) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) {
      this.socket.send(encode(samples));
    }
    this.tell("level", { microphone: levelOf(samples), line: this.lineLevel });
  }

  stopSound() {
    if (!this.sound) return;
    const { stream, context, node } = this.sound;
    this.sound = null;
    node.port.postMessage("over");
    stream.getTracks().forEach((track) => track.stop());
    context.close();
    this.tell("level", { microphone: 0, line: 0 });
  }
}
