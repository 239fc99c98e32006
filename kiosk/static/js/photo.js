/* The guide over the camera's picture: oval, one instruction in words and picture, countdown, flash; then the shots. */
(() => {
  const FLASH_MS = 350;
  const stage = document.getElementById("stage");
  if (!stage) return;
  const oval = document.getElementById("oval");
  const place = document.getElementById("oval-place");
  const picture = document.getElementById("picture");
  const words = document.getElementById("words");
  const digits = document.getElementById("countdown");
  const flash = document.getElementById("flash");
  const progress = place.querySelector(".progress");
  const canvas = stage.querySelector("canvas");
  const home = place.getAttribute("transform");
  const seen = { number: 0, instruction: "" };

  const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

  function draw(guide) {
    oval.dataset.colour = guide.colour;
    stage.classList.toggle("holding", guide.phase === "holding" || guide.phase === "countdown");
    progress.setAttribute("stroke-dasharray", `${guide.progress * 100} 100`);
    digits.textContent = guide.phase === "countdown" ? guide.countdown : "";
    if (guide.phase === "burst" && seen.phase !== "burst") flashOnce();
    seen.phase = guide.phase;
    if (guide.instruction && guide.instruction !== seen.instruction) say(guide);
    if (guide.oval) move(guide.oval);
    else if (guide.instruction === "no_face") moveHome();
    if (guide.oval) document.dispatchEvent(new Event("kiosk:presence")); // somebody is there, though nothing is touched
  }

  /* White for a moment only; the photo is then being judged, and the words say so. */
  function flashOnce() {
    flash.hidden = false;
    setTimeout(() => { flash.hidden = true; }, FLASH_MS);
  }

  function say(guide) {
    seen.instruction = guide.instruction;
    words.innerHTML = guide.words; // our own words, escaped by the server, with their readings as ruby
    picture.src = `${picture.dataset.folder}${guide.instruction}.svg`;
  }

  function move([x, y, halfWidth, halfHeight, roll]) {
    const { width, height } = canvas;
    oval.setAttribute("viewBox", `0 0 ${width} ${height}`);
    place.setAttribute("transform", `translate(${x * width} ${y * height}) rotate(${roll})`);
    for (const ellipse of place.children) {
      ellipse.setAttribute("rx", halfWidth * width);
      ellipse.setAttribute("ry", halfHeight * height);
    }
  }

  /* Who comes next meets the oval in the middle, not where the one before has left it. */
  function moveHome() {
    oval.setAttribute("viewBox", "0 0 1280 720");
    place.setAttribute("transform", home);
    for (const ellipse of place.children) {
      ellipse.setAttribute("rx", 150);
      ellipse.setAttribute("ry", 200);
    }
  }

  async function follow() {
    for (;;) {
      try {
        const answer = await fetch(`${stage.dataset.guide}?after=${seen.number}`, { cache: "no-store" });
        if (answer.status === 404 || answer.status === 503) return void location.reload();
        const guide = await answer.json();
        seen.number = guide.number;
        if (guide.shots > Number(stage.dataset.taken)) return void location.assign(stage.dataset.shots);
        draw(guide);
      } catch {
        await pause(500);
      }
    }
  }

  document.getElementById("trigger").addEventListener("submit", (event) => {
    event.preventDefault();
    flashOnce();
    fetch(event.target.action, { method: "POST", body: new FormData(event.target), redirect: "manual" }).catch(() => {});
  });

  follow();
})();
