// A live room that changes by itself. Without script every form works and a link loads the page again.

import { call, say } from "./touchpoints.js";

const room = document.querySelector("[data-live]");

function show(name, html) {
  const part = document.querySelector(`[data-live-part="${name}"]`);
  if (!part || part.dataset.html === html) return;
  // What somebody is choosing from stays until they are done.
  if (name === "stage" && part.contains(document.activeElement) && part.dataset.html !== undefined) {
    part.addEventListener("focusout", () => show(name, html), { once: true });
    return;
  }
  const isAtEnd = part.scrollHeight - part.scrollTop - part.clientHeight < 60;
  part.innerHTML = html;
  part.dataset.html = html;
  if (isAtEnd) part.scrollTop = part.scrollHeight;
}

if (room) {
  const log = document.querySelector('[data-live-part="chat"]');
  if (log) log.scrollTop = log.scrollHeight;
  const events = new EventSource(room.dataset.live);
  events.addEventListener("room", (event) => {
    for (const [name, html] of Object.entries(JSON.parse(event.data))) show(name, html);
  });
  events.addEventListener("end", () => {
    events.close();
    location.reload();
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-live-say]")) return;
  event.preventDefault();
  const field = form.elements.body;
  const body = field.value;
  try {
    await call("POST", form.dataset.liveSay, { body });
    field.value = "";
    field.focus();
  } catch (error) {
    say(error.message || document.body.dataset.wordsFailed);
  }
});
