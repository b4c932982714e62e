// Talking to our own server: posts with the session's token, and a stream that comes back by itself.

const RETRY_MS = 3000;

export class Refused extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

function token() {
  return document.querySelector('meta[name="csrf-token"]').content;
}

export async function post(url, values = {}) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "X-CSRF-Token": token(), "Content-Type": "application/json" },
    body: JSON.stringify(values),
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.status === 401) location.reload(); // the log-in has ended
  if (!answer.ok) throw new Refused(answer.status, await reasonOf(answer));
  return answer.json();
}

export async function getJson(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Refused(answer.status, await reasonOf(answer));
  return answer.json();
}

async function reasonOf(answer) {
  const isJson = answer.headers.get("Content-Type")?.includes("json");
  return isJson ? (await answer.json()).error : `${answer.status}`;
}

// handlers: {eventName: data => …}; onLink(true|false) tells whether the stream is up.
// The server ends a stream after some minutes and the browser comes back; a refusal (all places
// taken) closes the source for good, so that we open another one.
export function follow(url, handlers, onLink) {
  const source = new EventSource(url);
  let lost = 0;
  source.onopen = () => { clearTimeout(lost); lost = 0; onLink(true); };
  source.onerror = () => {
    lost ||= setTimeout(() => onLink(false), RETRY_MS);
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => follow(url, handlers, onLink), RETRY_MS);
  };
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
}
