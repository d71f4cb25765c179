/* The simulator's phone: sends texts through the carrier's API and shows what comes back. */
(() => {
  const root = document.querySelector("[data-simulator]");
  if (!root) return;
  const part = (id) => document.getElementById(id);
  const [from, to, screen, body, why, now, trouble] = ["from", "to", "screen", "body", "why", "now", "trouble"].map(part);
  const POLL = 1000;
  const STATES = { queued: "on its way", accepted: "on its way", sending: "on its way", sent: "sent", delivered: "delivered", undelivered: "not delivered", failed: "failed", received: "" };
  let shown = "", explained = "";

  async function call(path, data) {
    const answer = await fetch(`${root.dataset.api}/${path}`, data && {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data),
    });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error || `The simulator answered ${answer.status}.`);
    return found;
  }

  function complain(words) {
    trouble.hidden = !words;
    trouble.textContent = words || "";
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function bubble(message) {
    const mine = message.direction === "inbound";
    const item = element("li", `sms ${mine ? "sms--mine" : "sms--theirs"}`);
    if (message.by === "carrier") item.append(element("span", "sms__by", "the carrier"));
    item.append(element("p", "sms__body", message.body));
    const at = new Date(message.created_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const state = mine ? "" : STATES[message.status] ?? message.status;
    const error = message.error_code ? ` (${message.error_code})` : "";
    item.append(element("span", `sms__foot${error ? " is-bad" : ""}`, [at, state + error].filter(Boolean).join(" · ")));
    return item;
  }

  async function showScreen() {
    const all = await call(`messages?to=${encodeURIComponent(from.value.trim())}`);
    const ours = all.filter((message) => [message.from, message.to].includes(to.value));
    const fresh = JSON.stringify([from.value, to.value, ours]);
    if (fresh === shown) return;
    shown = fresh;
    const hint = element("li", "screen__hint", "Tap a suggestion below, or write a text of your own.");
    screen.replaceChildren(...(ours.length ? ours.map(bubble) : [hint]));
    screen.scrollTop = screen.scrollHeight;
  }

  async function showReasons() {
    const query = new URLSearchParams({ from: from.value.trim(), to: to.value });
    const answer = await fetch(`${root.dataset.why}?${query}`);
    if (!answer.ok) return;
    const fresh = await answer.text();
    if (fresh === explained) return;
    explained = fresh;
    why.innerHTML = fresh;
    for (const clock of why.querySelectorAll("time.clock")) {
      clock.textContent = new Date(clock.dateTime).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    }
  }

  async function showClock() {
    const found = await call("clock");
    now.textContent = new Date(found.now).toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit" });
  }

  async function look() {
    try {
      await Promise.all([showScreen(), showReasons(), showClock()]);
      if (trouble.dataset.kind === "away") complain("");
    } catch {
      trouble.dataset.kind = "away";
      complain("The simulator does not answer. Trying again…");
    }
  }

  async function send(text) {
    if (!text.trim()) return;
    trouble.dataset.kind = "refused";
    complain("");
    try {
      const done = await call("inbound", { from: from.value.trim(), to: to.value, body: text });
      if (done.status >= 400) complain(`The router refused the text (${done.status}).`);
      else if (body.value === text) body.value = "";
    } catch (error) {
      complain(error.message);
    }
    await look();
  }

  part("write").addEventListener("submit", (event) => { event.preventDefault(); send(body.value); });
  body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); send(body.value); }
  });
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-text], [data-advance]");
    if (button?.dataset.text) await send(button.dataset.text);
    if (button?.dataset.advance) { await call("clock", { advance: button.dataset.advance }); await look(); }
  });
  for (const choice of [from, to]) choice.addEventListener("change", look);

  (async function keepLooking() {
    if (!document.hidden) await look();
    setTimeout(keepLooking, POLL);
  })();
})();
