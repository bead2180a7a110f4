// The swipe feed: plays what is in view, tells what was watched, brings more before the end is reached.

import { call, say, settled, touch } from "./touchpoints.js";

const feed = document.querySelector("[data-feed]") ?? document.querySelector("[data-feed-single]");
const icons = document.querySelector(".tabs use").getAttribute("href").split("#")[0];
const words = document.body.dataset;
let current = null;
let enteredAt = 0;
let isSoundOn = false;
let isLoading = false;
let isAtEnd = false;

const slots = () => [...feed.querySelectorAll("[data-slot]")];

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${icons}#${name}`);
  svg.append(use);
  return svg;
}

// Players

function prepare(slot) {
  const video = slot.querySelector("video");
  if (!video || video.dataset.ready) return;
  video.dataset.ready = "1";
  video.controls = false;
  video.tabIndex = -1;
  const progress = document.createElement("progress");
  progress.className = "progress";
  progress.max = 1;
  progress.value = 0;
  progress.setAttribute("aria-hidden", "true");
  const sound = document.createElement("button");
  sound.type = "button";
  sound.className = "sound";
  sound.addEventListener("click", toggleSound);
  slot.querySelector(".stage").append(progress, sound);
  showSound(slot);
  video.addEventListener("click", () => (video.paused ? play(video) : video.pause()));
  video.addEventListener("timeupdate", () => (progress.value = video.duration ? video.currentTime / video.duration : 0));
  video.addEventListener("ended", () => {
    if (!slot.dataset.finished) touch("finish", slot.dataset.item, { slate: slot.dataset.slate });
    slot.dataset.finished = "1";
    if (slot === current) play(video);
  });
}

function play(video) {
  video.muted = !isSoundOn;
  video.play().catch(() => {
    // Browsers refuse sound before the first tap; silent playback is allowed.
    video.muted = true;
    video.play().catch(() => {});
  });
}

function toggleSound() {
  isSoundOn = !isSoundOn;
  for (const slot of slots()) {
    const video = slot.querySelector("video");
    if (video) video.muted = !isSoundOn;
    showSound(slot);
  }
}

function showSound(slot) {
  const button = slot.querySelector(".sound");
  if (!button) return;
  button.replaceChildren(icon(isSoundOn ? "sound" : "mute"));
  button.setAttribute("aria-label", words.wordsSound);
  button.setAttribute("aria-pressed", isSoundOn);
}

// What is in view

function enter(slot) {
  if (slot === current) return;
  leave();
  current = slot;
  enteredAt = performance.now();
  const { item, slate } = slot.dataset;
  if (!slot.dataset.seen) touch("impression", item, { slate });
  slot.dataset.seen = "1";
  const video = slot.querySelector("video");
  if (video && !matchMedia("(prefers-reduced-motion: reduce)").matches) play(video);
  const all = slots();
  const place = all.indexOf(slot);
  const next = all[place + 1]?.querySelector("video");
  if (next) next.preload = "auto";
  if (place >= all.length - 3) loadMore();
}

function leave() {
  if (!current) return;
  const { item, slate } = current.dataset;
  const dwell = performance.now() - enteredAt;
  if (dwell >= 500) touch("view", item, { slate, dwell });
  current.querySelector("video")?.pause();
  const menu = current.querySelector("details[open]");
  if (menu) menu.open = false;
  current = null;
}

const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) enter(target);
  },
  { root: feed.matches("[data-feed]") ? feed : null, threshold: 0.6 }
);

function add(slot) {
  prepare(slot);
  observer.observe(slot);
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") leave();
  else observeAgain();
});
addEventListener("pagehide", leave, { capture: true });

function observeAgain() {
  for (const slot of slots()) {
    observer.unobserve(slot);
    observer.observe(slot);
  }
}

// More

async function loadMore() {
  if (isLoading || isAtEnd || !feed.dataset.feed) return;
  isLoading = true;
  try {
    await settled();
    const response = await fetch(feed.dataset.feed, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const shown = new Set(slots().map((slot) => slot.dataset.item));
    const fresh = [...page.querySelectorAll("[data-slot]")].filter((slot) => !shown.has(slot.dataset.item));
    const more = feed.querySelector("[data-feed-more]");
    for (const slot of fresh) {
      feed.insertBefore(slot, more);
      add(slot);
    }
    isAtEnd = fresh.length === 0;
    if (more) more.hidden = !isAtEnd;
  } catch {
    // Without a network the link at the end still stands.
  } finally {
    isLoading = false;
  }
}

// Taps

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-like], [data-not-interested], [data-comment]")) return;
  event.preventDefault();
  try {
    if (form.matches("[data-like]")) await like(form);
    else if (form.matches("[data-comment]")) await comment(form);
    else await notInterested(form);
  } catch (error) {
    say(error.message || words.wordsFailed);
  }
});

async function like(form) {
  const isOn = form.elements.on.value === "1";
  const button = form.querySelector("button");
  const count = form.querySelector("[data-count]");
  if (form.dataset.like) await call(isOn ? "PUT" : "DELETE", form.dataset.like.replace("/api/v1", ""));
  else await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
  form.elements.on.value = isOn ? "0" : "1";
  button.setAttribute("aria-pressed", isOn);
  if (/^\d+$/.test(count.textContent)) count.textContent = Math.max(0, Number(count.textContent) + (isOn ? 1 : -1));
}

async function notInterested(form) {
  const slot = form.closest("[data-slot]");
  touch("not_interested", form.elements.subject.value, { slate: form.elements.slate.value });
  say(words.wordsNotInterested);
  if (!feed.dataset.feed) return;
  const next = slot.nextElementSibling;
  // What was ranked before this tap is worth less now, so the rest of the slate goes too.
  for (const later of slots().slice(slots().indexOf(slot) + 2)) later.remove();
  next?.scrollIntoView();
  setTimeout(() => {
    if (current === slot) current = null;
    slot.remove();
    observeAgain();
    loadMore();
  }, 500);
}

async function comment(form) {
  const body = form.elements.body.value;
  const answer = await call("POST", form.dataset.comment.replace("/api/v1", ""), { body });
  const item = document.createElement("li");
  const name = document.createElement("strong");
  name.textContent = answer.writer.name;
  const text = document.createElement("p");
  text.textContent = answer.body;
  item.append(name, text);
  document.querySelector("[data-comment-list]").prepend(item);
  form.reset();
}

document.addEventListener(
  "toggle",
  async (event) => {
    const why = event.target.matches?.("[data-menu][open]") && event.target.querySelector("[data-why]");
    if (!why || why.dataset.asked) return;
    why.dataset.asked = "1";
    try {
      const answer = await call("GET", why.dataset.why.replace("/api/v1", ""));
      const list = why.querySelector("[data-why-list]");
      list.replaceChildren(
        ...answer.reasons.map((reason) => {
          const item = document.createElement("li");
          item.textContent = reason;
          return item;
        })
      );
    } catch {
      // The link leads to the page that says the same.
    }
  },
  { capture: true }
);

// Keys

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select") || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key === " " && event.target.closest("button, a, summary")) return;
  const all = slots();
  const place = all.indexOf(current);
  const video = current?.querySelector("video");
  if (event.key === "ArrowDown" || event.key === "j") all[place + 1]?.scrollIntoView();
  else if (event.key === "ArrowUp" || event.key === "k") all[place - 1]?.scrollIntoView();
  else if (event.key === " " && video) video.paused ? play(video) : video.pause();
  else if (event.key === "l") current?.querySelector("[data-like]")?.requestSubmit();
  else if (event.key === "m") toggleSound();
  else return;
  event.preventDefault();
});

for (const slot of slots()) add(slot);
const more = feed.querySelector("[data-feed-more]");
if (more) more.hidden = true;
