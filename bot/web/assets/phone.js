// One phone: a chat, what is typed into it, and where its keyboard is.

import { draw, element } from "./bubble.js";

export class Phone {
  // app gives words, limits, post() and hears of news() and of moved().
  constructor(seat, app) {
    this.seat = seat;
    this.app = app;
    this.side = seat.dataset.phone;
    this.find = (selector) => seat.querySelector(selector);
    this.log = this.find(".log");
    this.scroll = this.find(".scroll");
    this.say = this.find(".say");
    this.who = this.find(".who");
    this.number = this.find(".number");
    this.newer = this.find(".newer");
    this.bubbles = new Map(); // event of what was sent here, else message id -> {node, message, drawn}
    this.again = new Map(); // event -> how to send it once more
    this.presses = new Map(); // button -> event, until the press is taken: pressing again is the same press
    this.pinned = true; // the newest message stays in sight
    this.queue = Promise.resolve(); // what is sent from a phone arrives in order
    this.listen();
    this.sit();
  }

  get chat() { return this.who.value; }
  get name() { return this.who.selectedOptions[0].dataset.name; }

  listen() {
    this.find(".compose").addEventListener("submit", (event) => { event.preventDefault(); this.sendText(); });
    this.say.addEventListener("keydown", (event) => {
      // While letters are being composed, as in Telex, Enter belongs to them.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        this.sendText();
      }
    });
    this.say.addEventListener("input", () => this.fit());
    this.who.addEventListener("change", () => { this.clear(); this.sit(); this.app.moved(this); });
    const pick = this.find(".pick");
    this.find(".attach").addEventListener("click", () => pick.click());
    pick.addEventListener("change", () => { if (pick.files[0]) this.sendFile(pick.files[0]); pick.value = ""; });
    this.number.addEventListener("submit", (event) => { event.preventDefault(); this.sendContact(this.find(".number input").value); });
    this.find(".leave").addEventListener("click", () => this.closeNumber());
    this.number.addEventListener("keydown", (event) => { if (event.key === "Escape") this.closeNumber(); });
    this.scroll.addEventListener("scroll", () => { this.pinned = this.atEnd(); if (this.pinned) this.newer.hidden = true; }, { passive: true });
    this.newer.addEventListener("click", () => { this.toEnd(); this.say.focus(); });
    const fitted = new ResizeObserver(() => { if (this.pinned) this.toEnd(); });
    fitted.observe(this.scroll);
    fitted.observe(this.log);
  }

  // sit puts the chosen person behind the phone.
  sit() {
    this.seat.dataset.chat = this.chat;
    this.seat.removeAttribute("data-ready");
    this.log.setAttribute("aria-busy", "true");
    const tries = JSON.parse(this.who.selectedOptions[0].dataset.tries) ?? [];
    const offer = (label, act) => {
      const key = element("button", { type: "button", className: "key", textContent: label, data: { testid: "try" } });
      key.addEventListener("click", () => { act(); this.say.focus(); });
      return key;
    };
    this.find(".tries").replaceChildren(...(tries.length > 0
      ? tries.map((text) => offer(text, () => this.sendText(text)))
      : [offer(this.app.words.begin, () => this.send("start", {}, { text: this.app.words.begin }))]));
  }

  clear() {
    this.bubbles.clear();
    this.again.clear();
    this.presses.clear();
    this.pinned = true;
    this.log.replaceChildren();
    this.find(".empty").hidden = true;
    this.newer.hidden = true;
    this.note("");
    this.typing(0);
    this.closeNumber(false);
  }

  // starting marks what is shown, so that ready can drop what did not come again.
  starting() { this.old = new Set([...this.bubbles].filter(([, shown]) => shown.message.id).map(([key]) => key)); }

  ready() {
    for (const key of this.old ?? []) { this.bubbles.get(key)?.node.remove(); this.bubbles.delete(key); }
    this.old = undefined;
    this.find(".empty").hidden = this.bubbles.size > 0;
    this.log.setAttribute("aria-busy", "false");
    this.seat.dataset.ready = "true";
  }

  // show draws a message that came or changed.
  show(message) {
    const key = message.mine ? message.event : message.id;
    this.old?.delete(key);
    const known = this.bubbles.get(key);
    const drawn = JSON.stringify(message);
    if (known?.drawn === drawn) return;
    const follow = this.pinned || (message.mine && !known);
    const node = known?.node ?? element("div");
    const focused = node.contains(document.activeElement) ? document.activeElement.dataset.action ?? "" : undefined;
    draw(node, message, this.app.words, {
      press: (button) => this.press(message, button),
      contact: () => this.sendContact(""),
      retry: () => this.retry(message),
    });
    this.bubbles.set(key, { node, message, drawn });
    if (!known && this.seat.dataset.ready) {
      node.classList.add("fresh");
      node.addEventListener("animationend", () => node.classList.remove("fresh"), { once: true });
    }
    if (!known || known.message.order !== message.order) this.place(node, message);
    if (focused !== undefined) this.refocus(node, focused);
    this.find(".empty").hidden = true;
    this.trim();
    if (follow) this.toEnd();
    else if (!known && !message.mine) this.newer.hidden = false;
    if (!known && !message.mine && this.seat.dataset.ready) this.app.news(this);
  }

  place(node, message) {
    const order = message.order ?? Infinity; // not yet heard back: at the end
    let after = this.log.lastElementChild;
    node.dataset.order = order;
    while (after && (after === node || Number(after.dataset.order) > order)) after = after.previousElementSibling;
    if (after ? after.nextElementSibling !== node : this.log.firstElementChild !== node) {
      if (after) after.after(node); else this.log.prepend(node);
    }
  }

  // refocus keeps the keyboard in a bubble that was redrawn under it.
  refocus(node, action) {
    const keys = [...node.querySelectorAll("button, a[href]")];
    (keys.find((key) => key.dataset.action === action && action) ?? keys[0] ?? this.say).focus({ preventScroll: true });
  }

  trim() {
    while (this.log.childElementCount > this.app.maxMessages) {
      const gone = this.log.firstElementChild;
      for (const [key, shown] of this.bubbles) if (shown.node === gone) this.bubbles.delete(key);
      gone.remove();
    }
  }

  typing(millis) {
    clearTimeout(this.typingEnd);
    const on = millis > 0;
    const follow = this.pinned;
    this.find(".dots").hidden = !on;
    this.find(".status").textContent = on ? this.app.words.typing : this.app.words.online;
    if (on) this.typingEnd = setTimeout(() => this.typing(0), millis);
    if (follow) this.toEnd();
  }

  atEnd() { return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 80; }
  toEnd() { this.scroll.scrollTop = this.scroll.scrollHeight; this.pinned = true; this.newer.hidden = true; }

  fit() {
    this.say.style.height = "auto";
    this.say.style.height = Math.min(this.say.scrollHeight + 2, 140) + "px";
  }

  note(text) {
    this.find(".note").textContent = text;
    this.find(".note").hidden = text === "";
  }

  sendText(text) {
    const typed = (text ?? this.say.value).trim();
    if (typed === "") return;
    if (text === undefined) { this.say.value = ""; this.fit(); }
    this.send("say", { text: typed }, { text: typed });
  }

  async press(message, button) {
    const key = message.id + " " + button.action;
    const event = this.presses.get(key) ?? newEvent();
    this.presses.set(key, event);
    if (await this.send("press", { event, action: button.action, ref: message.id }) === "") this.presses.delete(key);
  }

  sendFile(file) {
    if (file.size > this.app.maxUpload) { this.note(this.app.words.too_large); return; }
    this.send("attach", { name: file.name }, undefined, file);
  }

  // sendContact shares the phone's own number; a phone without one asks for it.
  async sendContact(typed) {
    const code = await this.send("contact", { phone: typed });
    if (code !== "phone") { this.closeNumber(code === ""); return; }
    const input = this.find(".number input");
    this.note(typed === "" ? "" : this.app.words.bad_number);
    this.number.hidden = false;
    input.setAttribute("aria-invalid", String(typed !== ""));
    input.focus();
  }

  closeNumber(focus = true) {
    if (this.number.hidden) return;
    this.number.hidden = true;
    this.find(".number input").value = "";
    this.note("");
    if (focus) this.say.focus();
  }

  // send posts one event. Sent again under the same id, the bot takes it once.
  // It resolves to an error code, empty when done.
  send(route, fields, bubble, file) {
    const chat = this.chat;
    const event = fields.event ?? newEvent();
    this.note("");
    if (bubble) this.show({ mine: true, event, state: "sending", at: new Date().toISOString(), ...bubble });
    const attempt = () => this.inTurn(chat, event, () => this.app.post(route, { chat, event, ...fields }, file));
    if (bubble) this.again.set(event, attempt);
    return attempt();
  }

  // inTurn posts when all that was sent before is through.
  inTurn(chat, event, post) {
    this.queue = this.queue.then(async () => {
      if (chat !== this.chat) return "moved";
      const code = await post();
      if (code === "") this.again.delete(event);
      else this.refused(event, code);
      return code;
    });
    return this.queue;
  }

  // refused tells what the server does not draw: it never had the message.
  refused(event, code) {
    const shown = this.bubbles.get(event);
    if (shown && !shown.message.id) this.show({ ...shown.message, state: "failed" });
    if (code === "undelivered" || code === "phone") return;
    const words = this.app.words;
    this.note({ too_large: words.too_large, wrong_type: words.wrong_type, busy: words.too_many }[code] ?? (shown ? "" : words.failed));
  }

  // retry repeats what failed: the server remembers what reached it.
  retry(message) {
    const event = message.mine ? message.event : message.press.event;
    if (!message.id) { this.show({ ...message, state: "sending" }); this.again.get(event)(); return; }
    const chat = this.chat;
    this.inTurn(chat, event, () => this.app.post("retry", { chat, event }));
  }
}

// newEvent is a random UUID. crypto.randomUUID is for secure pages only, and a
// host of one's own may be plain http.
function newEvent() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
