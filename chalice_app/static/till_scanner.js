// The camera. The browser's own reader where it knows QR codes, else zxing, which is loaded then.

const FRAME_PAUSE_MS = 60;
// A code that stays in view counts once; it has left after so many frames without it.
const FRAMES_AWAY = 10;
const IDLE_MS = 60000;
const WIDTH_MAX = 1280;
const CAMERA = { video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false };

// `found` is told of each new code, and says whether it was taken; `lost` of a camera that somebody
// has unplugged or taken away.
export function makeScanner(files, { found, lost }) {
  let camera = null; // a promise of its stream
  let reader = null;
  let held = "";
  let away = 0;
  let turn = 0;
  let idle = 0;

  // Shows the camera in the finder and reports each new code until the next rest(). Done once it
  // reads: a picture that nothing reads would deceive.
  async function look(finder) {
    const mine = ++turn;
    away = 0;
    clearTimeout(idle);
    const [read] = await Promise.all([loaded(), picture(finder, mine)]);
    if (mine !== turn) return;
    finder.classList.add("looking");
    watch(finder.querySelector("video"), read, mine);
  }

  async function picture(finder, mine) {
    const stream = await opened();
    if (mine !== turn) return;
    const video = finder.querySelector("video");
    video.srcObject = stream;
    video.hidden = false;
    await video.play().catch(() => {});
  }

  async function watch(video, read, mine) {
    while (mine === turn) {
      if (video.readyState >= 2) notice(await read(video).catch(() => ""), mine);
      await new Promise((done) => setTimeout(done, FRAME_PAUSE_MS));
    }
  }

  // One camera, however often it is asked for while its owner makes up their mind.
  function opened() {
    camera ??= open().catch((error) => {
      camera = null;
      throw error;
    });
    return camera;
  }

  async function open() {
    const stream = await navigator.mediaDevices.getUserMedia(CAMERA);
    for (const track of stream.getTracks()) {
      track.addEventListener("ended", () => {
        stop();
        lost();
      });
    }
    return stream;
  }

  function loaded() {
    reader ??= makeReader(files).catch((error) => {
      reader = null;
      throw error;
    });
    return reader;
  }

  function notice(text, mine) {
    if (mine !== turn) return;
    away = text ? 0 : away + 1;
    if (away >= FRAMES_AWAY) held = "";
    if (text && text !== held && found(text)) held = text;
  }

  // Stops reading; the camera stays warm for the next customer, for a minute.
  function rest() {
    turn += 1;
    clearTimeout(idle);
    idle = setTimeout(stop, IDLE_MS);
  }

  function stop() {
    turn += 1;
    clearTimeout(idle);
    camera?.then((stream) => stream.getTracks().forEach((track) => track.stop()), () => {});
    camera = null;
  }

  return { look, rest, stop };
}

async function makeReader(files) {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  if (formats.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? "";
  }
  await script(files.zxing);
  const options = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true };
  await ZXingWASM.prepareZXingModule({
    overrides: { locateFile: () => files.wasm },
    fireImmediately: true,
  });
  const canvas = document.createElement("canvas");
  const pencil = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, WIDTH_MAX / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    pencil.drawImage(video, 0, 0, canvas.width, canvas.height);
    const frame = pencil.getImageData(0, 0, canvas.width, canvas.height);
    return (await ZXingWASM.readBarcodes(frame, options))[0]?.text ?? "";
  };
}

function script(address) {
  return new Promise((done, fail) => {
    const tag = document.createElement("script");
    tag.src = address;
    tag.onload = done;
    tag.onerror = () => fail(new Error(`could not load ${address}`));
    document.head.append(tag);
  });
}
