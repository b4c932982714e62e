// The agent's phone when the telephone company is the box: its own script, loaded from its address.

const READY_MS = 10_000;

export class BoxPhone extends EventTarget {
  #line;

  constructor({ boxUrl, endpoint }) {
    super();
    this.boxUrl = boxUrl;
    this.endpoint = endpoint;
  }

  async start() {
    const { BoxLine } = await withLimit(import(`${this.boxUrl}/static/line.js`), READY_MS);
    this.#line = new BoxLine({ url: this.boxUrl });
    this.#line.addEventListener("incoming", () => this.#tell("incoming"));
    this.#line.addEventListener("answered", () => this.#tell("answered"));
    this.#line.addEventListener("ended", () => this.#tell("ended"));
    this.#line.addEventListener("level", (event) => this.#tell("level", event.detail));
    this.#line.addEventListener("error", (event) => this.#tell("failed", event.detail));
    await withLimit(Promise.resolve(this.#line.register(this.endpoint)), READY_MS);
    this.#tell("ready");
  }

  answer() { return this.#line.answer(); }
  reject() { return this.#line.reject(); }
  hangUp() { return this.#line.hangup(); }
  mute(on) { return this.#line.mute(on); }

  #tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}

export function withLimit(promise, ms) {
  const limit = new Promise((_, fail) => {
    setTimeout(() => fail(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, limit]);
}
