/* Keeps an open inbox fresh: by an event stream, or by asking every few seconds where there is none. */
(() => {
  const POLL = 4000, RETRY = 30000, GATHER = 150, PATIENCE = 10000;
  const WORDS = { live: "Live", polling: "Every few seconds", away: "No connection", connecting: "Connecting…" };
  const root = document.querySelector("[data-live]");
  const changed = new Set(), unshown = new Set();
  let source = null, polling = null, retrying = null, gathering = null, patience = null, hasActed = false;

  function show(state) {
    const badge = document.querySelector("[data-live-state]");
    if (!badge || badge.dataset.liveState === state) return;
    badge.dataset.liveState = state;
    badge.querySelector(".live__words").textContent = WORDS[state];
  }

  function refresh() {
    gathering = null;
    const all = changed.has("*");
    for (const thread of changed) unshown.add(thread);
    for (const part of document.querySelectorAll("[data-refresh]")) {
      unshown.delete(part.dataset.thread);
      if (all || !part.dataset.thread || changed.has(part.dataset.thread)) htmx.trigger(part, "refresh");
    }
    changed.clear();
  }

  /* A thread that comes into view was perhaps rendered before its latest news came. */
  function catchUp() {
    for (const part of document.querySelectorAll("[data-refresh][data-thread]")) {
      if (unshown.delete(part.dataset.thread)) tell(part.dataset.thread);
    }
  }

  function tell(thread) {
    changed.add(thread);
    gathering ??= setTimeout(refresh, GATHER);
  }

  function disconnect() {
    source?.close();
    source = null;
    clearTimeout(retrying);
    clearInterval(polling);
    clearTimeout(patience);
    retrying = polling = patience = null;
  }

  function poll() {
    if (polling) return;
    show("polling");
    polling = setInterval(() => tell("*"), POLL);
    retrying = setTimeout(connect, RETRY);
  }

  function connect() {
    disconnect();
    source = new EventSource(root.dataset.live);
    source.addEventListener("ready", () => {
      clearTimeout(patience);
      patience = null;
      show("live");
      tell("*");
    });
    source.addEventListener("changed", (event) => tell(event.data));
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) { disconnect(); poll(); return; }
      patience ??= setTimeout(() => { disconnect(); poll(); }, PATIENCE);
    };
  }

  /* The button that was pressed may be gone with what it did: go on from the head of the thread. */
  function keepFocus() {
    if (!hasActed || document.activeElement !== document.body) return;
    hasActed = false;
    document.querySelector("#thread h2")?.focus({ preventScroll: true });
  }

  function settle() {
    for (const line of document.querySelectorAll("a.line")) {
      const { pathname } = new URL(line.href);
      if (`${location.pathname}/`.startsWith(`${pathname}/`)) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
    }
    for (const clock of document.querySelectorAll("time.clock")) {
      const at = new Date(clock.dateTime);
      const today = new Date();
      const day = at.toDateString() === today.toDateString() ? {} : { day: "numeric", month: "short" };
      const year = at.getFullYear() === today.getFullYear() ? {} : { year: "numeric" };
      clock.textContent = at.toLocaleString([], { hour: "2-digit", minute: "2-digit", ...day, ...year });
    }
  }

  if (!root) return;
  for (const event of ["htmx:after:swap", "htmx:after:history:push"]) document.addEventListener(event, settle);
  document.addEventListener("htmx:after:swap", catchUp);
  document.addEventListener("htmx:after:swap", keepFocus);
  document.addEventListener("submit", () => { hasActed = true; });
  document.addEventListener("htmx:error", () => { if (!navigator.onLine) show("away"); });
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
  settle();
  connect();
})();
