// Tells the server that somebody is at work on a page that does not talk to it by itself, at most twice a minute,
// so that the idle lock measures people, not polling.
(() => {
  const all = document.querySelector("[data-ticks]");
  all?.addEventListener("change", () => {
    for (const each of document.querySelectorAll(`input[type="checkbox"][name^="${all.dataset.ticks}"]`)) each.checked = all.checked;
  });
})();

(() => {
  const awake = document.getElementById("awake");
  if (!awake) return;
  const REST_MS = 30000;
  let last = 0;
  const touch = () => {
    const now = performance.now();
    if (last && now - last < REST_MS) return;
    last = now;
    fetch(awake.dataset.touch, { method: "POST", headers: { "X-CSRFToken": document.body.dataset.csrf } }).catch(() => {});
  };
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, touch, { passive: true });
})();
