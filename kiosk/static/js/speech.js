// Reads the screen aloud, line by line. Only words of the screen are asked for; fields and answers are never read.
(() => {
  const root = document.documentElement;
  if (!root.classList.contains("speech")) return;
  const LINES = "h1, h2, p, legend, label, dt, dd, .choice, .reasons span, .call span, .call strong, .actions .button";
  const SILENT = "[data-silent], .keypad, .keyboard, .groups, .count, .countdown, #countdown, .read, .thumbs, .lines dd, input, dialog:not([open])";
  const player = new Audio();
  let queue = [];
  let turn = 0;

  const textOf = (element) => {
    const copy = element.cloneNode(true);
    for (const reading of copy.querySelectorAll("rt, rp, .hidden, .change")) reading.remove();
    return copy.textContent.replace(/\s+/g, " ").trim();
  };

  const lineOf = (element) => ({
    line: textOf(element),
    language: element.closest("[data-voice]")?.dataset.voice || root.dataset.language,
  });

  const isShown = (element) => element.checkVisibility() && !element.closest(SILENT);

  async function fetchSound({ line, language }) {
    const answer = await fetch("/speech/line", {
      method: "POST",
      body: new URLSearchParams({ line, language }),
      headers: { "X-CSRFToken": document.body.dataset.csrf },
    });
    return answer.status === 200 ? answer.blob() : null;
  }

  const play = (sound) => new Promise((done, refused) => {
    const address = URL.createObjectURL(sound);
    const end = () => {
      URL.revokeObjectURL(address);
      done();
    };
    player.onended = player.onerror = player.onpause = end;
    player.src = address;
    player.play().catch((error) => {
      URL.revokeObjectURL(address);
      refused(error);
    });
  });

  // The next line is made while this one is heard. A newer turn ends an older one.
  const soundOf = (item) => (item.sound ??= fetchSound(item).catch(() => null));

  async function run() {
    turn += 1;
    const mine = turn;
    while (queue.length) {
      const sound = await soundOf(queue[0]);
      if (mine !== turn) return;
      if (queue.length > 1) soundOf(queue[1]);
      try {
        if (sound) await play(sound);
      } catch {
        return void document.addEventListener("pointerdown", run, { once: true }); // no sound before the first touch
      }
      if (mine !== turn) return;
      queue.shift();
    }
  }

  function say(elements) {
    queue = elements.map(lineOf).filter(({ line }) => line);
    stop();
    run();
  }

  function stop() {
    turn += 1;
    player.onended = player.onerror = player.onpause = null;
    player.pause();
  }

  const readScreen = () => {
    const dialog = document.querySelector("dialog[open]");
    const found = [...(dialog || document).querySelectorAll(dialog ? "h2, p, .button" : LINES)].filter(isShown);
    const errors = found.filter((each) => each.matches(".error"));
    say([...errors, ...found.filter((each) => !errors.includes(each) && !found.some((other) => other !== each && other.contains(each)))]);
  };

  // A live guide says each new instruction once the one before has been heard.
  for (const guide of document.querySelectorAll("#words, #guide")) {
    let waiting = 0;
    new MutationObserver(() => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(() => {
        if (!queue.length) return say([guide]);
        queue = [queue[0], lineOf(guide)];
      }, 600);
    }).observe(guide, { childList: true, characterData: true, subtree: true });
  }

  const dialog = document.getElementById("idle");
  if (dialog) new MutationObserver(() => (dialog.open ? readScreen() : stop())).observe(dialog, { attributeFilter: ["open"] });

  // By keyboard, the control that has the focus is said. A touch stops the voice: the person has heard enough.
  let isTabbing = false;
  document.addEventListener("keydown", (event) => { isTabbing = event.key === "Tab" || event.key.startsWith("Arrow"); });
  document.addEventListener("focusin", (event) => {
    const control = event.target.closest(".button, .choice, .switches button, label");
    if (isTabbing && control) say([control]);
  });
  window.addEventListener("pagehide", () => {
    queue = [];
    stop();
  });
  readScreen();
})();
