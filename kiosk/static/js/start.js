// The start page stands for hours. It loads itself anew when a window opens or closes and when an offer to go on comes or ends.
(() => {
  const EVERY_MS = 2000;
  const page = document.querySelector("[data-mark]");
  if (!page) return;
  let isLeaving = false; // somebody has tapped: loading anew now would take the tap away
  window.addEventListener("beforeunload", () => { isLeaving = true; });

  async function look() {
    try {
      const answer = await fetch(page.dataset.look, { cache: "no-store" });
      const { mark } = await answer.json();
      if (mark !== page.dataset.mark && !isLeaving) return void window.location.reload();
    } catch {
      // the server is away for a moment: the page stays as it is
    }
    setTimeout(look, EVERY_MS);
  }

  setTimeout(look, EVERY_MS);
})();
