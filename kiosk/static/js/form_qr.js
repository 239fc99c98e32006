/* Follows what the form camera reads: one instruction in words; a form that was read is taken by itself. */
(() => {
  const words = document.getElementById("guide");
  const take = document.getElementById("take");
  if (!words || !take) return;
  let number = 0;
  let shown = "";
  const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

  function show(guide) {
    number = guide.number;
    words.dataset.colour = guide.colour;
    if (shown !== guide.words) {
      shown = guide.words;
      words.innerHTML = shown; // our own words, escaped by the server, with their readings as ruby
    }
    if (guide.colour !== "neutral") document.dispatchEvent(new Event("kiosk:presence")); // somebody holds something up
  }

  async function follow() {
    for (;;) {
      try {
        const answer = await fetch(`${words.dataset.guide}?after=${number}`, { cache: "no-store" });
        if (answer.status === 404 || answer.status === 503) return void location.reload();
        if (!answer.ok) throw new Error(String(answer.status));
        const guide = await answer.json();
        show(guide);
        if (guide.is_read) return void take.submit();
      } catch {
        await pause(500);
      }
    }
  }

  // What was wrong is left on screen for a while before a form in view is taken; the same form brings it back.
  pause(document.getElementById("error") ? 3000 : 0).then(follow);
})();
