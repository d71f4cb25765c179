/* Menus: one is open at a time; a tap elsewhere, Escape and a choice close it. */
(() => {
  const open = () => document.querySelectorAll("details.menu[open]");

  function close(except) {
    for (const menu of open()) if (menu !== except) menu.open = false;
  }

  document.addEventListener("click", (event) => close(event.target.closest?.("details.menu")));
  document.addEventListener("submit", (event) => {
    const menu = event.target.closest?.("details.menu");
    if (menu) setTimeout(() => { menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("details.menu[open]");
    close();
    menu?.querySelector("summary").focus();
  });
})();
