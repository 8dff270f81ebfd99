// The pad of amounts: digits fill from the right, and the server says what they are worth before
// the button can be pressed.

const PAUSE_MS = 120;
const PATIENCE_MS = 4000;
// Nobody pays more at a till: 9,999,999.99, or 99,999,999 where there are no decimals.
const DIGITS_MAX = { withDecimals: 9, without: 8 };
const LONG_CHARS = 8;
const { stage = "" } = document.documentElement.dataset;

export function amountPad(form, post) {
  const amount = form.elements.namedItem("amount");
  const shown = form.querySelector("[data-typed]");
  const gain = form.querySelector("[data-gain]");
  const button = form.querySelector("[data-give]");
  const decimals = Number(form.dataset.digits);
  const written = new Intl.NumberFormat(document.documentElement.lang, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  const digitsMax = decimals ? DIGITS_MAX.withDecimals : DIGITS_MAX.without;
  let digits = fromText(amount.value);
  let quoted = null;
  let timer = 0;

  function fromText(text) {
    const number = Number(text.replace(/\s/g, "").replace(",", ".")) || 0;
    return String(Math.round(number * 10 ** decimals)).replace(/^0+/, "");
  }

  function draw() {
    const number = Number(digits || "0") / 10 ** decimals;
    shown.textContent = written.format(number);
    shown.classList.toggle("long", shown.textContent.length > LONG_CHARS);
    amount.value = number.toFixed(decimals);
  }

  function say(said, label) {
    gain.textContent = said;
    button.textContent = label;
    button.disabled = quoted !== digits;
  }

  function changed() {
    draw();
    quoted = null;
    say("", button.dataset.label);
    clearTimeout(timer);
    if (digits) timer = setTimeout(ask, PAUSE_MS);
  }

  async function ask() {
    const wanted = digits;
    const body = new URLSearchParams(new FormData(form));
    let part = {};
    try {
      const reply = await post(`${stage}/till/quote`, body, AbortSignal.timeout(PATIENCE_MS));
      part = await reply.json();
    } catch {
      // A dead line is told of, and the tap kept, when the button is pressed.
    }
    if (part.go) location.assign(part.go);
    if (part.go || wanted !== digits) return;
    // What the server refuses is said, and there is nothing to be given.
    if (!part.screen) quoted = digits;
    say(part.gain ?? part.say ?? "", part.label ?? button.dataset.label);
  }

  function key(pressed) {
    if (pressed === "Backspace") digits = digits.slice(0, -1);
    else if (/^[0-9]+$/.test(pressed) && digits.length + pressed.length <= digitsMax) {
      digits = (digits + pressed).replace(/^0+/, "");
    } else return;
    changed();
  }

  amount.readOnly = true;
  amount.inputMode = "none";
  form.addEventListener("click", (event) => {
    const target = event.target.closest("[data-digit], [data-wipe]");
    if (target) key(target.dataset.digit ?? "Backspace");
  });
  changed();
  return { key, ready: () => quoted !== null && quoted === digits };
}
