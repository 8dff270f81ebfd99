// A scanner that types: keys come faster than any hand types them, and end in Enter. What comes
// slower is a hand's, on the pad of amounts.

const FAST_MS = 80;
const CODE_CHARS_MIN = 6;

export function keys({ scanned, typed }) {
  let buffer = "";
  let timer = 0;

  function byHand() {
    clearTimeout(timer);
    const keysTyped = buffer;
    buffer = "";
    for (const key of keysTyped) typed(key);
  }

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      if (event.target.matches("input:not([readonly]), textarea, select")) return;
      if (event.key === "Enter" && buffer.length >= CODE_CHARS_MIN) {
        // Not the button that has the focus.
        event.preventDefault();
        event.stopPropagation();
        clearTimeout(timer);
        const code = buffer;
        buffer = "";
        scanned(code);
      } else if (event.key.length === 1) {
        buffer += event.key;
        clearTimeout(timer);
        timer = setTimeout(byHand, FAST_MS);
      } else if (event.key === "Backspace" || event.key === "Enter") {
        byHand();
        typed(event.key);
      }
    },
    true,
  );
}
