/* The composer: counts characters and the texts they take, and sends with Ctrl or Cmd + Enter. */
(() => {
  const GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
  const DOUBLE = "^{}\\[~]|€\f";
  const LONGEST = 1600;

  /* Texts of a plain alphabet: 160, then 153 a part. Of any other: 70, then 67 (UTF-16 units).
     No pair (an escape and its sign, or two surrogates) is cut in two. */
  function segments(text) {
    const letters = [...text];
    const plain = letters.every((letter) => GSM.includes(letter) || DOUBLE.includes(letter));
    const size = (letter) => (plain ? 1 + DOUBLE.includes(letter) : letter.length);
    const [single, part] = plain ? [160, 153] : [70, 67];
    const total = letters.reduce((sum, letter) => sum + size(letter), 0);
    if (total <= single) return { count: Math.min(1, total), plain };
    let count = 1, used = 0;
    for (const letter of letters) {
      if (used + size(letter) > part) { count += 1; used = 0; }
      used += size(letter);
    }
    return { count, plain };
  }

  function measure(area) {
    const counter = area.form.querySelector("output");
    const text = area.value, { count, plain } = segments(text);
    const length = [...text].length;
    counter.textContent = length
      ? `${length} characters · ${count} ${count === 1 ? "text" : "texts"}${plain ? "" : " (special characters)"}` : "";
    counter.classList.toggle("is-over", length > LONGEST);
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-composer]")) measure(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    if (!event.target.matches?.("[data-composer]")) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const area of document.querySelectorAll("[data-composer]")) measure(area);
  });
})();
