// Opens the page: two phones, one stream of news for both, and the switch
// between them where only one fits.

import { Phone } from "./phone.js";

const boot = JSON.parse(document.body.dataset.boot);
const root = document.documentElement;
const main = document.querySelector("main");
const offline = document.querySelector(".offline[role=status]");
let token = boot.token;
let stream;
let reopening;

// post sends one event and resolves to an error code, empty when it was taken.
async function post(route, fields, file) {
  const headers = { "X-Try-Token": token };
  let address = boot.path + "/" + route;
  let body = file;
  if (file) address += "?" + new URLSearchParams(fields);
  else {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(fields);
  }
  try {
    const answer = await fetch(address, { method: "POST", headers, body });
    return answer.ok ? "" : (await answer.json()).error ?? "failed";
  } catch {
    return "failed";
  }
}

const app = { post, words: boot.words, maxUpload: boot.maxUpload, maxMessages: boot.maxMessages, moved, news };
const phones = [...document.querySelectorAll(".seat")].map((seat) => new Phone(seat, app));

// listen opens the stream. A browser allows few connections to one place, so
// both phones share one.
function listen() {
  clearTimeout(reopening);
  stream?.close();
  stream = new EventSource(boot.path + "/events?" + new URLSearchParams(phones.map((phone) => ["chat", phone.chat])));
  const on = (kind, act) => stream.addEventListener(kind, (event) => act(JSON.parse(event.data)));
  const each = (chat, act) => phones.filter((phone) => phone.chat === chat).forEach(act);
  on("hello", (hello) => {
    token = hello.token; // a restarted server has another
    offline.hidden = true;
    if (hello.reset) phones.forEach((phone) => phone.starting());
  });
  on("message", ({ chat, message }) => each(chat, (phone) => phone.show(message)));
  on("typing", ({ chat, ms }) => each(chat, (phone) => phone.typing(ms)));
  on("ready", () => { phones.forEach((phone) => phone.ready()); start(); });
  stream.onerror = () => {
    offline.hidden = false;
    // The browser tries again by itself unless the answer was a refusal.
    if (stream.readyState === EventSource.CLOSED) reopening = setTimeout(listen, 3000);
  };
}

// start follows the invite link that opened the page, once.
function start() {
  if (boot.start === "") return;
  const code = boot.start;
  boot.start = "";
  phones[0].send("start", { code }, { text: boot.words.opened });
  remember();
}

// remember keeps who is played in the address, for reloading and sharing.
function remember() {
  history.replaceState(null, "", boot.path + "?" + new URLSearchParams(phones.map((phone) => [phone.side, phone.chat])));
}

function moved(phone) {
  tab(phone).querySelector(".tab-name").textContent = phone.name;
  remember();
  listen();
}

// The switch between the phones on a narrow screen.
const tabs = [...document.querySelectorAll("[role=tab]")];
const tab = (phone) => document.getElementById("tab-" + phone.side);

function turnTo(chosen) {
  main.dataset.shown = chosen.id.slice("tab-".length);
  for (const each of tabs) {
    each.setAttribute("aria-selected", String(each === chosen));
    each.tabIndex = each === chosen ? 0 : -1;
  }
  count(chosen, 0);
  phones.find((phone) => tab(phone) === chosen).toEnd();
}

function count(where, unread) {
  where.dataset.unread = unread;
  where.querySelector(".unread").hidden = unread === 0;
  where.querySelector(".count").textContent = unread;
}

function news(phone) {
  const where = tab(phone);
  if (main.dataset.shown !== phone.side) count(where, Number(where.dataset.unread ?? 0) + 1);
}

for (const each of tabs) {
  each.addEventListener("click", () => turnTo(each));
  each.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(each) + step + tabs.length) % tabs.length];
    turnTo(next);
    next.focus();
  });
}
tabs[1].tabIndex = -1;

// A skip link goes to a phone that may be the hidden one.
for (const skip of document.querySelectorAll(".skip")) {
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    const field = document.querySelector(skip.getAttribute("href"));
    turnTo(document.getElementById(field.id.replace("say-", "tab-")));
    field.focus();
  });
}

const larger = document.querySelector(".larger");
function enlarge(on) {
  root.classList.toggle("large", on);
  larger.setAttribute("aria-pressed", String(on));
}
enlarge(localStorage.getItem("larger") === "yes");
larger.addEventListener("click", () => {
  const on = !root.classList.contains("large");
  localStorage.setItem("larger", on ? "yes" : "no");
  enlarge(on);
});

listen();
