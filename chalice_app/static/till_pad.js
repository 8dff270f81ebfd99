// The pad of amounts: digits fill from the right, and the server says what they are worth before
// the button can be pressed.

const PAUSE_MS = 120;
const DIGITS_MAX = 9;

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
  let digits = fromText(amount.value);
  let quoted = null;
  let asking = null;
  let timer = 0;

  function fromText(text) {
    const number = Number(text.replace(/\s/g, "").replace(",", ".")) || 0;
    return String(Math.round(number * 10 ** decimals)).replace(/^0+/, "");
  }

  function draw() {
    const number = Number(digits || "0") / 10 ** decimals;
    shown.textContent = written.format(number);
    amount.value = number.toFixed(decimals);
  }

  function say(said, label) {
    gain.textContent = said;
    button.textContent = label;
    button.disabled = quoted !== digits;
  }

  function changed() {
    draw();
    asking?.abort();
    quoted = null;
    say("", button.dataset.label);
    clearTimeout(timer);
    if (digits) timer = setTimeout(ask, PAUSE_MS);
  }

  async function ask() {
    const wanted = digits;
    asking = new AbortController();
    const { signal } = asking;
    let quote = null;
    try {
      const reply = await post("/till/quote", new URLSearchParams(new FormData(form)), signal);
      const part = await reply.json();
      if (part.go) location.assign(part.go);
      if (part.label) quote = part;
      else return;
    } catch {
      // A dead line is told of, and the tap kept, when the button is pressed.
    }
    if (signal.aborted || wanted !== digits) return;
    quoted = digits;
    say(quote?.gain ?? "", quote?.label ?? button.dataset.label);
  }

  function key(pressed) {
    if (pressed === "Backspace") digits = digits.slice(0, -1);
    else if (/^[0-9]+$/.test(pressed) && digits.length + pressed.length <= DIGITS_MAX) {
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
