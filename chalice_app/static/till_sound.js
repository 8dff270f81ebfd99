// A short click and a short buzz that say what the screen says. Both can be switched off.

const KEPT = "till-sound";
// Frequency in hertz and length in seconds of each tone; the buzz in milliseconds.
const SOUNDS = {
  good: { tones: [[880, 0.07], [1320, 0.09]], buzz: [40] },
  found: { tones: [[1180, 0.05]], buzz: [20] },
  bad: { tones: [[220, 0.16], [170, 0.2]], buzz: [60, 60, 60] },
};
let context = null;

function isOn() {
  return localStorage.getItem(KEPT) !== "off";
}

export function play(name) {
  const sound = SOUNDS[name];
  // Browsers let a page be heard and felt only once it has been touched.
  if (!sound || !isOn() || !navigator.userActivation?.hasBeenActive) return;
  navigator.vibrate?.(sound.buzz);
  context ??= new AudioContext();
  // A phone puts it to sleep when the till was out of sight.
  if (context.state !== "running") context.resume();
  let at = context.currentTime;
  for (const [frequency, seconds] of sound.tones) {
    tone(frequency, at, seconds);
    at += seconds;
  }
}

function tone(frequency, at, seconds) {
  const oscillator = context.createOscillator();
  const volume = context.createGain();
  oscillator.frequency.value = frequency;
  volume.gain.setValueAtTime(0.15, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + seconds);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + seconds);
}

export function soundSwitch(button) {
  const tell = () => button.setAttribute("aria-pressed", String(isOn()));
  button.addEventListener("click", () => {
    localStorage.setItem(KEPT, isOn() ? "off" : "on");
    tell();
    play("found");
  });
  tell();
}
