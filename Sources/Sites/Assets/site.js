// Manners of every page. Nothing here is needed to use the site: each part improves a form or a link that works alone.

import { call, say, touch } from "./touchpoints.js";

const words = document.body.dataset;

// Cards that were really in view count as seen, once a page.
const seen = new Set();
const cards = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const id = target.dataset.impression;
      if (!isIntersecting || seen.has(id)) continue;
      seen.add(id);
      touch("impression", id, { slate: target.dataset.slate });
      cards.unobserve(target);
    }
  },
  { threshold: 0.6 }
);
for (const card of document.querySelectorAll("[data-impression]")) cards.observe(card);

// A page about one thing: it was opened, and for how long.
const opened = document.querySelector("[data-open]");
if (opened) {
  const { open: subject, slate } = opened.dataset;
  let start = performance.now();
  touch("open", subject, { slate });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") start = performance.now();
  });
  addEventListener("pagehide", () => touch("view", subject, { slate, dwell: performance.now() - start }), { capture: true });
}

// Forms that need no new page.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-add-to-cart]") && event.submitter?.name !== "buy") improve(event, addToCart);
  else if (form.matches("[data-follow]")) improve(event, follow);
  else if (form.matches("[data-scan]")) improve(event, scan);
});

export async function improve(event, action) {
  event.preventDefault();
  const button = event.submitter ?? event.target.querySelector("button");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await action(event.target, button);
  } catch (error) {
    say(error.message || words.wordsFailed);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

async function addToCart(form) {
  const fields = new FormData(form);
  const line = { variant: fields.get("variant"), quantity: Number(fields.get("quantity") || 1) };
  if (!line.variant) return form.reportValidity();
  if (fields.get("slate")) line.slate = fields.get("slate");
  await call("POST", "/cart/lines", line);
  for (const badge of document.querySelectorAll("[data-cart-count]")) {
    const count = (parseInt(badge.textContent, 10) || 0) + line.quantity;
    badge.textContent = count > 99 ? "99+" : count;
    badge.hidden = false;
  }
  say(words.wordsAdded, { href: "/cart", text: words.wordsCart });
}

// A scanner types a code and a return; the field is empty and ready for the next one at once.
async function scan(form) {
  const field = form.elements.code;
  const code = field.value;
  field.value = "";
  field.focus();
  const parcel = await call("POST", `/parcels/${form.dataset.scan}/picks`, { code });
  if (parcel.state !== "picking") return location.reload();
  for (const line of parcel.lines) {
    const shown = document.querySelector(`[data-picked="${line.line}"]`);
    if (shown) shown.textContent = form.dataset.scanned.replace("{0}", line.picked).replace("{1}", line.quantity);
  }
}

async function follow(form, button) {
  const isOn = form.elements.on.value === "1";
  await call(isOn ? "PUT" : "DELETE", "/follows/" + form.dataset.follow);
  for (const other of document.querySelectorAll(`[data-follow="${form.dataset.follow}"]`)) {
    other.elements.on.value = isOn ? "0" : "1";
    const otherButton = other.querySelector("button");
    otherButton.textContent = isOn ? words.wordsFollowing : words.wordsFollow;
    otherButton.setAttribute("aria-pressed", isOn);
    if (otherButton.matches(".button")) otherButton.classList.toggle("button--soft", isOn);
  }
}

// Links that share use the system's own sheet where there is one.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-share]");
  if (!link) return;
  event.preventDefault();
  const url = new URL(link.getAttribute("href"), location.href);
  url.search = "";
  const subject = link.closest("[data-item]")?.dataset.item;
  try {
    if (navigator.share) await navigator.share({ url: url.href });
    else {
      await navigator.clipboard.writeText(url.href);
      say(words.wordsCopied);
    }
    touch("share", subject);
  } catch {
    // Closing the sheet is no error.
  }
});

// A changed quantity is saved without a button.
for (const form of document.querySelectorAll("[data-quantity]")) {
  // Still there for Enter, which presses a form's first button that it can find.
  const update = form.querySelector("[data-update]");
  update.classList.add("sr");
  update.tabIndex = -1;
  form.elements.quantity.addEventListener("change", () => form.requestSubmit());
}

// The chosen variant's stock.
const stockText = document.querySelector("[data-stock-text]");
for (const radio of document.querySelectorAll("input[data-stock]")) {
  radio.addEventListener("change", () => (stockText.textContent = radio.dataset.stock));
}

// Times in the reader's own zone.
const times = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time[datetime]")) {
  const date = new Date(time.getAttribute("datetime"));
  if (!Number.isNaN(date.getTime())) time.textContent = times.format(date);
}

// Completions under the search field (ARIA combobox with a listbox).
for (const form of document.querySelectorAll("[data-combobox]")) combobox(form);

function combobox(form) {
  const input = form.elements.q;
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label"));
  list.hidden = true;
  form.append(list);
  const roles = { role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list" };
  for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);
  let timer = 0;
  let asked = "";
  let chosen = -1;

  const show = (texts) => {
    chosen = -1;
    list.replaceChildren(
      ...texts.map((text, index) => {
        const option = document.createElement("li");
        option.id = "suggestion-" + index;
        option.setAttribute("role", "option");
        option.textContent = text;
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          input.value = text;
          form.requestSubmit();
        });
        return option;
      })
    );
    list.hidden = texts.length === 0;
    input.setAttribute("aria-expanded", !list.hidden);
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (index) => {
    chosen = (index + list.children.length) % list.children.length;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", i === chosen));
    input.setAttribute("aria-activedescendant", "suggestion-" + chosen);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const prefix = input.value.trim();
      asked = prefix;
      if (!prefix) return show([]);
      try {
        const answer = await call("GET", "/search/suggestions?prefix=" + encodeURIComponent(prefix));
        if (asked === prefix && document.activeElement === input) show(answer.suggestions.slice(0, 8));
      } catch {
        show([]);
      }
    }, 120);
  });
  input.addEventListener("keydown", (event) => {
    // Enter that ends an input method's composition must not search.
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? list.children.length - 1 : chosen - 1);
    else if (event.key === "Escape") return show([]);
    else if (event.key === "Enter" && chosen >= 0) input.value = list.children[chosen].textContent;
    else return;
    if (event.key !== "Enter") event.preventDefault();
  });
  input.addEventListener("blur", () => show([]));
}
