// Draws one message of a chat. Everything a person or the bot wrote goes in as
// text, never as markup.

const clock = new Intl.DateTimeFormat("vi", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Ho_Chi_Minh" });

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", "#i-" + name);
  svg.append(use);
  return svg;
}

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "data") Object.assign(made.dataset, value);
    else if (name.startsWith("aria-")) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

function size(bytes) {
  const [value, unit] = bytes < 1 << 20 ? [bytes / 1024, "KB"] : [bytes / (1 << 20), "MB"];
  return new Intl.NumberFormat("vi", { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value) + " " + unit;
}

// draw fills a bubble's element. The person's own doings come back through act:
// act.press(button), act.contact(), act.retry().
export function draw(bubble, message, words, act) {
  bubble.classList.add("message", message.mine ? "mine" : "theirs");
  bubble.dataset.testid = message.mine ? "mine" : "theirs";
  if (message.id) bubble.dataset.ref = message.id;
  if (message.state) bubble.dataset.state = message.state;
  const body = element("div", { className: "bubble" });
  body.append(element("span", { className: "hidden", textContent: (message.mine ? words.you : words.bot) + ": " }));
  if (message.title) body.append(element("p", { className: "title", textContent: message.title }));
  if (message.text) body.append(element("p", { className: "text", textContent: message.text }));
  for (const file of message.files ?? []) body.append(drawFile(file, words));
  body.append(drawMeta(message, words));
  bubble.replaceChildren(body);

  const keys = element("div", { className: "keys" });
  const waiting = message.press?.state === "sending";
  for (const row of message.rows ?? []) {
    keys.append(element("div", { className: "row" }, ...row.map((button) => drawButton(button, message, waiting, words, act))));
  }
  if (message.contact) {
    const share = element("button", { type: "button", className: "key", data: { testid: "contact" } }, icon("phone"), message.contact);
    share.addEventListener("click", () => act.contact());
    keys.append(element("div", { className: "row" }, share));
  }
  if (keys.childElementCount > 0) bubble.append(keys);
  if (message.state === "failed" || message.press?.state === "failed") {
    const retry = element("button", { type: "button", className: "retry", data: { testid: "retry" } }, words.retry);
    retry.addEventListener("click", () => act.retry());
    bubble.append(element("p", { className: "failed", data: { testid: "failed" } }, icon("alert"), words.failed + ".", retry));
  }
}

function drawButton(button, message, waiting, words, act) {
  const style = "key " + (button.style ?? "");
  if (button.url) {
    return element("a", { className: style, href: button.url, target: "_blank", rel: "noopener noreferrer", data: { testid: "link" } },
      button.label, icon("out"), element("span", { className: "hidden", textContent: " (" + words.opens_page + ")" }));
  }
  const key = element("button", { type: "button", className: style, data: { testid: "button", action: button.action } }, button.label);
  if (waiting) {
    // Still focusable, or a redraw would throw the keyboard out of the chat.
    key.setAttribute("aria-disabled", "true");
    if (message.press.action === button.action) key.classList.add("waiting");
  }
  key.addEventListener("click", () => { if (!waiting) act.press(button); });
  return key;
}

function drawFile(file, words) {
  if (file.picture) {
    const picture = element("img", { src: file.url, alt: file.name });
    return element("a", { className: "picture", href: file.url, target: "_blank", rel: "noopener", data: { testid: "picture" } }, picture);
  }
  return element("a", { className: "file", href: file.url, download: file.name, data: { testid: "file" } },
    element("span", { className: "file-icon" }, icon("file")),
    element("span", { className: "file-about" },
      element("span", { className: "file-name", textContent: file.name }),
      element("span", { className: "file-size", textContent: size(file.size) + " · " + words.download })));
}

function drawMeta(message, words) {
  const meta = element("p", { className: "meta" });
  if (message.private) meta.append(element("span", { className: "mark" }, icon("lock"), words.private));
  if (message.edited) meta.append(element("span", { className: "mark", textContent: words.edited }));
  if (message.at) meta.append(element("time", { dateTime: message.at, textContent: clock.format(new Date(message.at)) }));
  const sign = { sending: "clock", sent: "check", failed: "alert" }[message.state];
  if (sign) {
    meta.append(element("span", { className: "sign", title: words[message.state] }, icon(sign),
      element("span", { className: "hidden", textContent: words[message.state] })));
  }
  return meta;
}
