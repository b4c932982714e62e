// The agent's phone in production: @twilio/voice-sdk, its token renewed before it ends.
import { withLimit } from "./phone_box.js";
import { getJson } from "./server.js";

const READY_MS = 10_000;
const REFRESH_MS = 60_000; // the SDK's own default of 10 s is too short for a slow network
// Different SDK versions name an ended or refused token differently; all mean: fetch another one.
const TOKEN_ERRORS = new Set([20101, 20104, 31201, 31202, 31205, 53000]);

export class TwilioPhone extends EventTarget {
  #device;
  #call;
  #renewing;

  constructor({ tokenUrl, scriptUrl }) {
    super();
    this.tokenUrl = tokenUrl;
    this.scriptUrl = scriptUrl;
  }

  async start() {
    await withLimit(loadScript(this.scriptUrl), READY_MS);
    const { token } = await getJson(this.tokenUrl);
    this.#device = new window.Twilio.Device(token, { tokenRefreshMs: REFRESH_MS, closeProtection: true });
    this.#device.on("registered", () => this.#tell("ready"));
    this.#device.on("unregistered", () => this.#tell("gone"));
    this.#device.on("incoming", (call) => this.#ring(call));
    this.#device.on("tokenWillExpire", () => this.#renew());
    this.#device.on("error", (error) => this.#failed(error));
    // a laptop that slept past the token's end comes back without any event of the SDK
    window.addEventListener("online", () => this.#renew());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#renew(); });
    await withLimit(this.#device.register(), READY_MS);
  }

  stop() { this.#device?.destroy(); }
  answer() { this.#call?.accept(); }
  reject() { this.#call?.reject(); }
  hangUp() { this.#call?.disconnect(); }
  mute(on) { this.#call?.mute(on); }

  #ring(call) {
    this.#call = call;
    call.on("accept", () => this.#tell("answered"));
    for (const end of ["disconnect", "cancel", "reject", "error"]) {
      call.on(end, () => { if (this.#call === call) { this.#call = undefined; this.#tell("ended"); } });
    }
    call.on("volume", (input) => this.#tell("level", { level: input }));
    this.#tell("incoming");
  }

  async #renew() {
    this.#renewing ??= this.#fetchToken().finally(() => { this.#renewing = undefined; });
    return this.#renewing;
  }

  async #fetchToken() {
    try {
      const { token } = await getJson(this.tokenUrl);
      this.#device.updateToken(token);
      if (this.#device.state === "unregistered") await withLimit(this.#device.register(), READY_MS);
    } catch (error) {
      this.#tell("failed", { reason: error.message });
    }
  }

  #failed(error) {
    if (TOKEN_ERRORS.has(error.code)) this.#renew();
    else this.#tell("failed", { reason: `${error.code} ${error.message}` });
  }

  #tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}

function loadScript(src) {
  return new Promise((loaded, fail) => {
    const script = Object.assign(document.createElement("script"), { src });
    script.onload = loaded;
    script.onerror = () => fail(new Error(`${src} is not installed`));
    document.head.append(script);
  });
}
