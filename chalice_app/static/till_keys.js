// A scanner that types: keys come faster than any hand types them, and end in Enter, in Tab or in
// nothing. What comes slower is a hand's, on the pad of amounts.

const FAST_MS = 80;
const CODE_CHARS_MIN = 6;
const ENDS = ["Enter", "Tab"];

export function keys({ scanned, typed }) {
  let buffer = "";
  let american = "";
  let timer = 0;
  let endedAt = -FAST_MS;

  function taken() {
    clearTimeout(timer);
    const code = [buffer, american];
    buffer = "";
    american = "";
    return code;
  }

  function paused() {
    const [text, keysOf] = taken();
    if (text.length >= CODE_CHARS_MIN) scanned(text, keysOf);
    else for (const key of text) typed(key);
  }

  function gather(event, after) {
    buffer += event.key;
    american += onAmericanKeyboard(event);
    clearTimeout(timer);
    timer = setTimeout(after, FAST_MS);
  }

  // Not for the button that has the focus, nor for the field.
  function swallow(event) {
    event.preventDefault();
    event.stopPropagation();
    endedAt = event.timeStamp;
  }

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      const field = event.target.closest("input:not([readonly]), textarea, select");
      if (ENDS.includes(event.key)) {
        // Some end in two: the second is not for the next screen.
        const isSecond = !buffer && event.timeStamp - endedAt < FAST_MS;
        const isCode = buffer.length >= CODE_CHARS_MIN && (!field || field.value === buffer);
        if (isSecond || isCode) swallow(event);
        if (isCode) scanned(...taken());
        else if (!field) paused();
      } else if (event.key.length === 1 && !event.repeat) {
        gather(event, field ? taken : paused);
      } else if (event.key === "Backspace" && !field) {
        paused();
        typed(event.key);
      }
    },
    true,
  );
}

// Most scanners press the keys of an American keyboard, whatever keyboard the till thinks it has:
// on a Hungarian one y and z would change places. The place of a key stays what it is.
function onAmericanKeyboard(event) {
  const [, letter, digit] = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/.exec(event.code) ?? [];
  if (letter) return event.shiftKey ? letter : letter.toLowerCase();
  return digit ?? event.key;
}
