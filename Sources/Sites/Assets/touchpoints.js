// Tells the server what somebody does, in batches. A tap is sent at once, so that the next slate knows it; what is
// merely seen waits a moment, and everything left goes out with the page.

const address = "/api/v1/touchpoints";
const waiting = [];
let timer = 0;
let sending = Promise.resolve();

/// Adds one touchpoint: what was done, to what, in which slate, for how many milliseconds.
export function touch(kind, subject, { slate, dwell } = {}) {
  if (!subject) return;
  const touchpoint = { kind, subject };
  if (slate) touchpoint.slate = slate;
  if (dwell !== undefined) touchpoint.dwell = Math.max(0, Math.min(3600000, Math.round(dwell)));
  waiting.push(touchpoint);
  const pause = kind === "impression" ? 1500 : 100;
  clearTimeout(timer);
  timer = setTimeout(send, waiting.length >= 50 ? 0 : pause);
}

function body() {
  return JSON.stringify({ touchpoints: waiting.splice(0, 500) });
}

function send() {
  clearTimeout(timer);
  if (waiting.length === 0) return sending;
  const headers = { "Content-Type": "application/json" };
  sending = fetch(address, { method: "POST", body: body(), headers, keepalive: true }).catch(() => {});
  return sending;
}

/// Resolves when the server knows everything so far; never later than a second.
export function settled() {
  return Promise.race([send(), new Promise((resolve) => setTimeout(resolve, 1000))]);
}

function sendWithPage() {
  if (waiting.length > 0) navigator.sendBeacon(address, new Blob([body()], { type: "application/json" }));
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") sendWithPage();
});
addEventListener("pagehide", sendWithPage);

/// Calls the JSON API; a problem's sentence is thrown as an error.
export async function call(method, path, content) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const response = await fetch("/api/v1" + path, { method, headers, body: content && JSON.stringify(content) });
  if (response.status === 401) {
    location.href = "/sign-in?next=" + encodeURIComponent(location.pathname + location.search);
    return new Promise(() => {});
  }
  const text = await response.text();
  const answer = text ? JSON.parse(text) : {};
  if (!response.ok) throw new Error(answer.detail || document.body.dataset.wordsFailed);
  return answer;
}

/// Says something for a few seconds, with an optional link.
export function say(text, link) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.append(text);
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link.href;
    anchor.textContent = link.text;
    toast.append(anchor);
  }
  document.querySelector("[data-toasts]").replaceChildren(toast);
  setTimeout(() => toast.remove(), 4500);
}
