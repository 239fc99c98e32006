// Asks "are you still there?" after a while without a touch, then wipes the screen. Nothing is kept in the browser.
(() => {
  const dialog = document.getElementById("idle");
  if (!dialog || dialog.dataset.watch !== "yes") return;
  const left = document.getElementById("idle-left");
  const quiet = Number(dialog.dataset.seconds) * 1000;
  const grace = Number(dialog.dataset.grace);
  const MOST_UNTOUCHED_MS = 300000;
  let touched = Date.now();
  let timer = 0;
  let ticking = 0;

  const rest = () => {
    window.clearInterval(ticking);
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, quiet);
  };

  const wipe = () => {
    window.clearInterval(ticking);
    document.getElementById("idle-wipe").submit();
  };

  function ask() {
    const end = Date.now() + grace * 1000;
    left.textContent = String(grace);
    dialog.showModal();
    document.getElementById("idle-stay").focus(); // not by autofocus: the page's own field has that while it loads
    ticking = window.setInterval(() => {
      const seconds = Math.ceil((end - Date.now()) / 1000);
      left.textContent = String(Math.max(seconds, 0));
      if (seconds <= 0) wipe();
    }, 250);
  }

  const stay = () => {
    if (dialog.open) dialog.close();
    rest();
  };

  document.getElementById("idle-stay").addEventListener("click", stay);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    stay();
  });
  for (const name of ["pointerdown", "keydown", "wheel"]) {
    document.addEventListener(name, () => {
      touched = Date.now();
      if (!dialog.open) rest();
    }, { passive: true });
  }
  // What the camera sees may be a form left lying there, or the next person: it puts the question off, not for ever.
  document.addEventListener("kiosk:presence", () => {
    if (!dialog.open && Date.now() - touched < MOST_UNTOUCHED_MS) rest();
  });
  rest();
})();
