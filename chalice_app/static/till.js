// The till's own script. Every form works without it; here forms are sent in the background, the
// answer is put in place, and a tap that met a dead line is kept and sent again under its own key.

const PATIENCE_MS = 12000;
const CAMERA_FAULTS = { NotAllowedError: "denied", NotFoundError: "none" };
const main = document.getElementById("till");
const said = document.getElementById("said");
const { stage = "" } = document.documentElement.dataset;
const files = JSON.parse(document.getElementById("files").textContent);
const plain = main.querySelector(".s-scan")?.cloneNode(true);
plain?.querySelectorAll(".banner-bad").forEach((old) => old.remove());
let busy = false;
let kept = null; // what a dead line has not let through
let scanner = null;
let pad = null;

const [{ keys }, { amountPad }, { play, soundSwitch }] = await Promise.all(
  [files.keys, files.pad, files.sound].map((file) => import(file)),
);
// Only now: without its parts the page is better off as it is without a script.
document.documentElement.classList.add("js");

function post(path, body, signal) {
  return fetch(path, { method: "POST", body, signal, headers: { "X-CSRF": main.dataset.csrf } });
}

async function send(path, body) {
  if (busy) return;
  work(true);
  kept = { path, body };
  try {
    const reply = await post(path, body, AbortSignal.timeout(PATIENCE_MS));
    if (reply.status >= 500 || reply.status === 429) throw new Error(`answered ${reply.status}`);
    const part = await reply.json();
    if (!part.go && !part.screen) throw new Error("answered something else");
    kept = null;
    show(part);
  } catch {
    keep();
  } finally {
    work(false);
  }
}

function work(on) {
  busy = on;
  main.classList.toggle("busy", on);
  main.setAttribute("aria-busy", String(on));
}

function show(part) {
  if (part.go) {
    location.assign(part.go);
    return;
  }
  online(true);
  if (part.sheet) document.getElementById("brand").setAttribute("href", part.sheet);
  stand(part.name, parsed(part.screen), part.roll && parsed(part.roll));
  said.textContent = part.say;
  play(part.sound);
  main.querySelector(part.name === "scan" && part.say ? "#typed" : "h1")?.focus();
}

// Puts a screen in place; the roll stays where there is no newer one.
function stand(name, screen, roll) {
  main.dataset.screen = name;
  main.replaceChildren(screen, roll ?? main.querySelector(".today"));
  const form = main.querySelector("[data-amount]");
  pad = form && amountPad(form, post);
  if (name !== "scan") scanner?.rest();
  else if (scanner) look();
}

function parsed(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  return box.content;
}

function keep() {
  online(false);
  play("bad");
  main.querySelector("[data-dead]")?.remove();
  const banner = document.getElementById("offline").content.firstElementChild.cloneNode(true);
  banner.dataset.dead = "";
  (main.querySelector(".screen > .actions") ?? main.querySelector(".screen")).prepend(banner);
  banner.querySelector("button").focus();
}

function online(is) {
  document.documentElement.classList.toggle("offline", !is);
}

async function look() {
  const finder = main.querySelector("[data-finder]");
  if (!finder) return;
  main.querySelector("[data-camera]").hidden = true;
  main.querySelector("[data-camera-fault]").hidden = true;
  try {
    const { makeScanner } = await import(files.scanner);
    scanner ??= makeScanner(files, { found, lost: () => blind("broken") });
    await scanner.look(finder);
  } catch (error) {
    scanner?.stop();
    // Without https browsers offer no camera at all.
    blind(navigator.mediaDevices ? CAMERA_FAULTS[error.name] ?? "broken" : "none");
  }
}

// The camera shows nothing: says why, and offers to try again.
function blind(kind) {
  const finder = main.querySelector("[data-finder]");
  if (!finder) return;
  const words = document.getElementById("camera-faults").content;
  const fault = main.querySelector("[data-camera-fault]");
  fault.textContent = words.querySelector(`[data-fault="${kind}"]`).textContent;
  fault.hidden = false;
  finder.querySelector("video").hidden = true;
  finder.classList.remove("looking");
  main.querySelector("[data-camera]").hidden = false;
}

// A code that was scanned, by the camera or by a scanner that types. Whether it was taken.
// `keysOf` is what the scanner typed by the places of its keys.
function found(text, keysOf = text) {
  if (busy) return false;
  send(`${stage}/till/card`, new URLSearchParams({ typed: text, keys: keysOf }));
  return true;
}

function next() {
  kept = null;
  if (!plain) {
    location.assign(`${stage}/till`);
    return;
  }
  stand("scan", plain.cloneNode(true));
  said.textContent = "";
  main.querySelector("h1").focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-till]")) return;
  event.preventDefault();
  if (busy || (form.matches("[data-amount]") && !pad.ready())) return;
  send(form.getAttribute("action"), new URLSearchParams(new FormData(form, event.submitter)));
});

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-again], [data-camera], [data-next]");
  if (!target) return;
  event.preventDefault();
  if (busy) return;
  if (target.matches("[data-camera]")) look();
  else if (target.matches("[data-next]")) next();
  else if (kept) send(kept.path, kept.body);
});

keys({ scanned: found, typed: (key) => pad?.key(key) });
soundSwitch(document.getElementById("sound"));
addEventListener("offline", () => online(false));
addEventListener("online", () => online(true));
document.addEventListener("visibilitychange", () => {
  if (document.hidden) scanner?.stop();
  else if (scanner && main.dataset.screen === "scan") look();
});
const form = main.querySelector("[data-amount]");
pad = form && amountPad(form, post);
// Who allowed the camera before is not asked again, so it need not wait for a tap.
navigator.permissions?.query({ name: "camera" }).then(
  (permission) => permission.state === "granted" && !scanner && look(),
  () => {},
);
main.dataset.ready = "";
