/* The switch "notify me on this device": subscribes this browser, and says where it cannot. */
(() => {
  const box = document.querySelector("[data-push]");
  if (!box || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  const button = box.querySelector("button"), said = box.querySelector("[role=status]");

  async function ask(url, what) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": box.dataset.pushToken, "HX-Request": "true" },
      body: JSON.stringify(what),
    });
    if (!answer.ok && answer.status !== 422) throw new Error(`answered ${answer.status}`);
    return answer.json();
  }

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const show = (on) => button.setAttribute("aria-checked", String(on));

  function told(subscription) {
    return {
      endpoint: subscription.endpoint,
      p256dh: text(subscription.getKey("p256dh")),
      auth: text(subscription.getKey("auth")),
    };
  }

  async function subscribe(registration, key) {
    return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  }

  async function switchOn(registration) {
    const { key } = await ask(box.dataset.push, {});
    if ((await Notification.requestPermission()) !== "granted") {
      said.textContent = "This browser does not let us: allow notifications for this page in its settings.";
      return;
    }
    const { on, refusal } = await ask(box.dataset.pushOn, told(await subscribe(registration, key)));
    said.textContent = refusal ?? "";
    show(on);
  }

  async function switchOff(registration) {
    const subscription = await registration.pushManager.getSubscription();
    if (subscription) {
      await ask(box.dataset.pushOff, { endpoint: subscription.endpoint });
      await subscription.unsubscribe();
    }
    show(false);
  }

  /* A subscription under an older key of ours is of no use any more: it is made anew. */
  async function begin(registration) {
    const subscription = await registration.pushManager.getSubscription();
    const { key, on } = await ask(box.dataset.push, { endpoint: subscription?.endpoint ?? "" });
    show(on);
    box.hidden = false;
    if (on && text(subscription.options.applicationServerKey) !== key) {
      await switchOff(registration);
      await switchOn(registration);
    }
  }

  async function start() {
    const registration = await navigator.serviceWorker.register(box.dataset.pushWorker);
    button.addEventListener("click", async () => {
      button.disabled = true;
      said.textContent = "";
      try {
        await (button.getAttribute("aria-checked") === "true" ? switchOff(registration) : switchOn(registration));
      } catch {
        said.textContent = "That did not work: the browser's push service cannot be reached. Try again later.";
      }
      button.disabled = false;
    });
    await begin(registration);
  }

  start().catch(() => { box.hidden = true; });
})();
