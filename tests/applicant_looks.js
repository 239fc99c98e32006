// What a look at a page finds; see applicant_looks.py. An expression whose value holds one function for each question.
(() => {
  const shown = (each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest(".hidden, dialog:not([open])");
  const scope = document.querySelector("dialog[open]") || document.body;
  const name = (each) => `${each.tagName.toLowerCase()}${each.id && "#" + each.id}.${each.className} ${(each.textContent || each.name || "").trim().slice(0, 30)}`;
  const texts = () => {
    const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.data.trim() && shown(node.parentElement) && !node.parentElement.closest("rt, rp, script, style")) found.push(node);
    }
    return found;
  };
  const boxes = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
  };
  const targets = () => [...scope.querySelectorAll("button, a[href], summary, select, input:not([type=hidden]):not([type=radio]), label.pick")].filter(shown);

  function fits() {
    const wrong = [];
    if (document.documentElement.scrollWidth > innerWidth) wrong.push(`${document.documentElement.scrollWidth} px wide`);
    for (const each of scope.querySelectorAll("*")) {
      if (!shown(each) || each.matches("input, rt, rp, canvas, svg *, progress") || !each.clientWidth) continue;
      const look = getComputedStyle(each);
      if (look.display === "inline") continue;
      const hides = (way) => look[`overflow${way}`] !== "visible";
      if (each.scrollWidth > each.clientWidth + 2 && (hides("X") || !each.querySelector("ruby"))) wrong.push(`wider than its box: ${name(each)}`);
      if (each.scrollHeight > each.clientHeight + 2 && ["hidden", "clip"].includes(look.overflowY) && each.matches("main *, header *, footer *")) wrong.push(`cut off below: ${name(each)}`);
    }
    for (const node of texts()) {
      const around = node.parentElement.closest("button, .button, .choice, .promise, .error, .pick, .camera-words p, #idle");
      if (!around) continue;
      const box = around.getBoundingClientRect();
      const out = boxes(node).some((text) => text.left < box.left - 1 || text.right > box.right + 1 || text.top < box.top - 4 || text.bottom > box.bottom + 4);
      if (out) wrong.push(`text runs out of ${name(around)}`);
    }
    const all = targets().map((each) => [each, each.getBoundingClientRect()]);
    for (const [each, box] of all) {
      const least = each.matches(".primary, .choice, .actions .button") ? 64 : 56;
      const isKey = each.matches(".hg-button");
      if (box.height < least - 0.5 || box.width < (isKey ? 40 : least) - 0.5) wrong.push(`small ${Math.round(box.width)}x${Math.round(box.height)}: ${name(each)}`);
    }
    const seen = (each, box) => {
      const around = [...document.querySelectorAll("main, .lines")].filter((one) => one.contains(each) && getComputedStyle(one).overflowY === "auto");
      return around.map((one) => one.getBoundingClientRect()).reduce((a, b) => ({
        left: Math.max(a.left, b.left), right: Math.min(a.right, b.right), top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom),
      }), box);
    };
    const inFooter = (each) => each.closest(".actions");
    const clipped = all.map(([each, box]) => [each, seen(each, box)]);
    for (const [at, [one, a]] of clipped.entries()) {
      for (const [other, b] of clipped.slice(at + 1)) {
        if (one.contains(other) || other.contains(one) || inFooter(one) !== inFooter(other)) continue;
        if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1) wrong.push(`one over the other: ${name(one)} / ${name(other)}`);
      }
    }
    const lines = texts().filter((node) => !inFooter(node.parentElement) && !node.parentElement.closest(".camera-words, svg")).flatMap((node) => boxes(node).map((box) => [node, seen(node.parentElement, box)])).filter(([, box]) => box.bottom > box.top);
    for (const [at, [one, a]] of lines.entries()) {
      for (const [other, b] of lines.slice(at + 1)) {
        if (one === other || one.parentElement.closest("ruby") || other.parentElement.closest("ruby")) continue;
        const [x, y] = [Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
        if (x > 3 && y > Math.min(a.height, b.height) * 0.45) wrong.push(`text over text: ${one.data.trim().slice(0, 20)} / ${other.data.trim().slice(0, 20)}`);
      }
    }
    return [...new Set(wrong)];
  }

  function below() {
    const inner = [...document.querySelectorAll("main, .lines, .items")].filter((each) => ["auto", "scroll"].includes(getComputedStyle(each).overflowY));
    const more = document.getElementById("more");
    const isShown = Boolean(more && more.checkVisibility());
    return [document.scrollingElement, ...inner].some((each) => each.scrollHeight - each.clientHeight - each.scrollTop > 8) !== isShown && !document.querySelector("dialog[open]")
      ? [isShown ? "says more below, and there is none" : "goes on below and does not say so"] : [];
  }

  function words() {
    const wrong = [];
    const page = document.documentElement.lang;
    const tagOf = (node) => node.parentElement.closest("[lang]").lang;
    for (const node of texts()) {
      const text = node.data.trim();
      const tag = tagOf(node);
      if (/[ぁ-ゖァ-ヺ]/.test(text) && tag !== "ja") wrong.push(`Japanese marked ${tag}: ${text}`);
      if (/[㐀-鿿]/.test(text) && !["ja", "zh-Hans"].includes(tag)) wrong.push(`kanji marked ${tag}: ${text}`);
      if (/[가-힣]/.test(text) && tag !== "ko") wrong.push(`Korean marked ${tag}: ${text}`);
      const voice = node.parentElement.closest("[data-voice]");
      const isFree = (voice && voice.dataset.voice !== "ja-easy") || node.parentElement.closest("ruby, .raw, .switches .languages, .languages-large");
      if (document.documentElement.dataset.language === "ja-easy" && /[㐀-鿿々]/.test(text) && !isFree) wrong.push(`no reading: ${text}`);
    }
    const font = getComputedStyle(document.querySelector("h1") || document.body).fontFamily;
    const wanted = { ja: "Kiosk UD", "zh-Hans": "Noto Sans CJK SC", ko: "Noto Sans CJK KR" }[page] || "Noto Sans";
    if (!font.replaceAll('"', "").startsWith(wanted)) wrong.push(`font ${font} for ${page}`);
    for (const each of scope.querySelectorAll("[lang=ja]")) {
      if (shown(each) && !getComputedStyle(each).fontFamily.includes("Kiosk UD")) wrong.push(`font of Japanese: ${name(each)}`);
    }
    return wrong;
  }

  function reach() {
    const top = innerHeight * (innerHeight > innerWidth ? 1 / 2 : 1 / 3);
    const seen = targets().filter((each) => {
      const box = each.getBoundingClientRect();
      const around = each.closest(".lines, main");
      return box.bottom > 0 && box.top < innerHeight && (!around || box.bottom > around.getBoundingClientRect().top + 1);
    });
    return seen.filter((each) => each.getBoundingClientRect().top < top - 1).map((each) => `${Math.round(each.getBoundingClientRect().top)} px from above: ${name(each)}`);
  }

  function withEach(where, all) {
    const here = document.querySelector(where || "nothing");
    return all.flatMap((text) => {
      here.innerHTML = text;
      const pushed = document.documentElement.scrollHeight > innerHeight + 8 && !document.documentElement.matches(".large");
      return [...fits(), ...(pushed ? ["pushes the page out of the window"] : [])].map((each) => `${here.textContent}: ${each}`);
    });
  }

  return { fits, below, words, reach, withEach };
})()
