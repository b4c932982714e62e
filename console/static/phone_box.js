// The agent's phone when the telephone company is the box: its own script, loaded from its address.

const READY_MS = 10_000;
const RETRY_MS = 3000;
const LOST = "connection-lost";

export class BoxPhone extends EventTarget {
  #line;
  #isStopped = false;

  constructor({ boxUrl, endpoint }) {
    super();
    this.boxUrl = boxUrl;
    this.endpoint = endpoint;
  }

  async start() {
    const script = new URL("/phone/static/line.js", this.boxUrl).href;
    const { BoxLine } = await withLimit(import(script), READY_MS);
    this.#line = new BoxLine(this.boxUrl);
    this.#line.addEventListener("registered", () => this.#tell("ready"));
    this.#line.addEventListener("incoming", () => this.#tell("incoming"));
    this.#line.addEventListener("answered", () => this.#tell("answered"));
    this.#line.addEventListener("ended", ({ detail }) => this.#ended(detail?.reason));
    this.#line.addEventListener("level", ({ detail }) => this.#tell("level", { level: loudness(detail) }));
    this.#line.addEventListener("error", ({ detail }) => this.#tell("failed", detail));
    await withLimit(this.#line.register(this.endpoint), READY_MS);
  }

  stop() {
    this.#isStopped = true;
    this.#line?.close();
  }

  answer() { return this.#line.answer(); }
  reject() { return this.#line.reject(); }
  hangUp() { return this.#line.hangUp(); }

  // The line goes on sending frames, of silence: the caller's side must not think that we are gone.
  mute(on) {
    for (const track of this.#line.sound?.stream.getAudioTracks() ?? []) track.enabled = !on;
  }

  #ended(reason) {
    if (this.#isStopped) return;
    this.#tell(reason === LOST ? "gone" : "ended");
    if (reason === LOST) setTimeout(() => this.#comeBack(), RETRY_MS);
  }

  async #comeBack() {
    try {
      await withLimit(this.#line.register(this.endpoint), READY_MS);
    } catch {
      setTimeout(() => this.#comeBack(), RETRY_MS);
    }
  }

  #tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}

function loudness({ microphone = 0, line = 0 } = {}) {
  return Math.min(1, 3 * Math.max(microphone, line)); // speech is about 0.1-0.3 of full scale
}

export function withLimit(promise, ms) {
  const limit = new Promise((_, fail) => {
    setTimeout(() => fail(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, limit]);
}
