// The on-screen keyboard for names and mail: kana in the order of the syllabary, or latin letters. Keys type into the
// field at its caret; a hardware keyboard works beside it.
(() => {
  const box = document.getElementById("keyboard");
  const field = document.getElementById("field");
  if (!box || !field) return;
  const words = box.dataset;
  const HIRAGANA = [
    "あ か さ た な は ま や ら わ",
    "い き し ち に ひ み ゛ り を",
    "う く す つ ぬ ふ む ゆ る ん",
    "え け せ て ね へ め ゜ れ ー",
    "お こ そ と の ほ も よ ろ 小",
  ];
  const toKatakana = (text) => text.replace(/[ぁ-ゖ]/g, (mark) => String.fromCharCode(mark.charCodeAt(0) + 0x60));
  const LATIN = ["1 2 3 4 5 6 7 8 9 0", "q w e r t y u i o p", "a s d f g h j k l -", "z x c v b n m . ' {shift}"];
  const MAIL = ["1 2 3 4 5 6 7 8 9 0", "q w e r t y u i o p", "a s d f g h j k l _", "z x c v b n m . - @"];
  const ACCENTS = ["á à â ã ä å ç è é ê", "ë ì í î ï ñ ò ó ô õ", "ö ø ù ú û ü ý ă đ ơ", "ư æ œ ß š ž ł ő ' {shift}"];
  const isMail = words.kind === "mail";
  const ENDINGS = (words.endings || "").split(" ").filter(Boolean);
  const layout = {
    hiragana: [...HIRAGANA, "{katakana} {latin} {space} {delete}"],
    katakana: [...HIRAGANA.map((row) => row.split(" ").map((key) => (key === "小" ? key : toKatakana(key))).join(" ")), "{hiragana} {latin} {space} {delete}"],
    latin: isMail ? [...MAIL, "+ .com .ne.jp .co.jp {delete}"] : [...LATIN, "{hiragana} {katakana} {accents} {space} {delete}"],
    domain: [...(ENDINGS.length ? [ENDINGS.join(" ")] : []), ...MAIL.slice(1), "{digits} .com .ne.jp .co.jp {delete}"],
    accents: [...ACCENTS, "{latin} {space} {delete}"],
    accentcapitals: [...ACCENTS.map((row) => row.split(" ").map((key) => (key.length === 1 ? key.toUpperCase() : key)).join(" ")), "{latin} {space} {delete}"],
    capitals: [...LATIN.map((row) => row.replace(/(?<!\{)\b[a-z]\b/g, (key) => key.toUpperCase())), "{hiragana} {katakana} {accents} {space} {delete}"],
  };
  const display = {
    "{hiragana}": words.labelHiragana, "{katakana}": words.labelKatakana, "{latin}": words.labelLatin,
    "{space}": words.labelSpace, "{delete}": words.labelDelete, "{shift}": words.labelShift, "{accents}": "Á Ñ Ç", "{digits}": "123", "小": words.labelSmall,
  };
  const VOICED = pairs("かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼうゔ");
  const HALF_VOICED = pairs("はぱひぴふぷへぺほぽ");
  const SMALL = pairs("あぁいぃうぅえぇおぉつっやゃゆゅよょわゎ");

  function pairs(text) {
    const map = new Map();
    for (let at = 0; at < text.length; at += 2) {
      for (const turn of [(kana) => kana, toKatakana]) {
        map.set(turn(text[at]), turn(text[at + 1]));
        map.set(turn(text[at + 1]), turn(text[at]));
      }
    }
    return map;
  }

  const insert = (text, before = 0) => {
    const start = Math.max(field.selectionStart - before, 0);
    field.setRangeText(text, start, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.scrollLeft = field.scrollWidth;
  };

  const turnLast = (map) => {
    const last = field.value[field.selectionStart - 1];
    if (map.has(last)) insert(map.get(last), 1);
  };

  const removeOne = () => {
    if (field.selectionStart !== field.selectionEnd) return insert("");
    const before = [...field.value.slice(0, field.selectionStart)];
    return insert("", before.length ? before.at(-1).length : 0);
  };

  const SHIFTED = { latin: "capitals", capitals: "latin", accents: "accentcapitals", accentcapitals: "accents" };
  const press = (key) => {
    if (key === "゛") return turnLast(VOICED);
    if (key === "゜") return turnLast(HALF_VOICED);
    if (key === "小") return turnLast(SMALL);
    if (key === "{delete}") {
      removeOne();
      if (board.options.layoutName === "domain" && !field.value.includes("@")) show("latin");
      return undefined;
    }
    if (key === "{space}") return insert(/hiragana|katakana/.test(board.options.layoutName) ? "　" : " ");
    if (key === "{digits}") return show("latin");
    if (key === "{shift}") return show(SHIFTED[board.options.layoutName]);
    if (key in display) return show(key.slice(1, -1));
    insert(key);
    if (isMail && ENDINGS.length && key === "@") show("domain");
    if (/capitals/.test(board.options.layoutName)) show(SHIFTED[board.options.layoutName]);
    return undefined;
  };

  // Buttons without a type would send the form.
  const asPlainButtons = () => {
    for (const key of box.querySelectorAll("button")) {
      key.type = "button";
      if (/^[ぁ-ヿ゛゜]/.test(key.dataset.skbtn)) key.lang = "ja";
    }
  };
  const show = (name) => board.setOptions({ layoutName: name });
  const Keyboard = window.SimpleKeyboard.default;
  const board = new Keyboard(box, {
    layout, display, layoutName: words.start, mergeDisplay: false, useButtonTag: true, preventMouseDownDefault: true,
    stopMouseDownPropagation: false, physicalKeyboardHighlight: false, disableButtonHold: false,
    buttonTheme: [{ class: "wide", buttons: "{space} {delete} {hiragana} {katakana} {latin} {shift} {accents} {digits}" }, { class: "long", buttons: ".com .ne.jp .co.jp" }, { class: "ending", buttons: ENDINGS.join(" ") || "{none}" }],
    onKeyPress: press,
    onRender: asPlainButtons,
  });
  // A key pressed by Enter, Space or a switch comes as a click without a pointer.
  box.addEventListener("click", (event) => {
    const key = event.target.closest("[data-skbtn]");
    if (!key || event.detail !== 0) return;
    press(key.dataset.skbtn);
    box.querySelector(`[data-skbtn="${CSS.escape(key.dataset.skbtn)}"]`)?.focus();
  });
  field.focus({ preventScroll: true });
  field.setSelectionRange(field.value.length, field.value.length);
})();
