// Shows what is typed on both passes at once. Without it the page shows what was published.
const form = document.getElementById("editor");
const words = JSON.parse(document.getElementById("words").textContent);
const parts = (name) => document.querySelectorAll(`[data-p="${name}"]`);
const say = (name, text) => parts(name).forEach((part) => { part.textContent = text; });
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const FILE_BYTES_MAX = 4 * 1024 * 1024;
const SETTLE_MS = 120;
const FIRST_COLOR = "#1f5b45";

const { stage = "" } = document.documentElement.dataset;
const sheets = new Map();
let strips = ""; // the name of those that are shown
let settling = 0;

function state() {
  const data = new FormData(form);
  const color = (data.get("color") === "own" ? data.get("own") : data.get("color")) || FIRST_COLOR;
  const stamps = (form.dataset.kind || data.get("kind")) !== "points";
  const target = Number(data.get("target") || 10);
  // Three places in five, as passes.py has it.
  const count = Math.floor((target * 6 + 5) / 10);
  return {
    name: data.get("name").trim(),
    reward: data.get("reward").trim(),
    color: color.slice(1).toLowerCase(),
    style: data.get("style"),
    picture: data.get("picture") || suggested().picture,
    stamps,
    target,
    count,
  };
}

function suggested() {
  const option = form.elements.trade?.selectedOptions[0];
  const { picture = "cup", color } = option?.dataset ?? {};
  return { picture, color, trade: option?.value };
}

function show() {
  const now = state();
  if (now.name) say("name", now.name);
  say("reward", now.reward || "…");
  say("label", now.stamps ? words.stamps : words.points);
  say("balance", now.stamps ? `${now.count} / ${now.target}` : "60");
  showPicture(now.picture);
  showChanges();
  clearTimeout(settling);
  settling = setTimeout(() => { showStrips(now); showColors(now.color); }, SETTLE_MS);
}

function showPicture(picture) {
  const use = (svg) => {
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "use");
    drawn.setAttribute("href", `#inked-${picture}`);
    svg.replaceChildren(drawn);
  };
  parts("picture").forEach(use);
  for (const kind of ["inked", "cut"]) {
    parts(kind).forEach((part) => part.setAttribute("href", `#${kind}-${picture}`));
  }
}

function showStrips(now) {
  // As wallet/art/names.py makes it.
  const filled = now.stamps ? `${now.count}-${now.target}` : "points";
  const name = `1-${now.color}-${now.style}-${now.picture}-${filled}`;
  if (name === strips) return;
  strips = name;
  const alt = now.stamps ? fill(words.alt, { count: now.count, target: now.target }) : words.points;
  for (const [part, kind] of [["strip", "strip2"], ["hero", "hero"]]) {
    parts(part).forEach((image) => { image.src = `${stage}/art/${name}-${kind}.png`; image.alt = alt; });
  }
}

// The server makes a safe set of one colour; its sheet is read here, so that the recipe has one home.
async function showColors(color) {
  if (!sheets.has(color)) {
    const answer = await fetch(`${stage}/brand/${color}.css`);
    if (!answer.ok) return;
    sheets.set(color, (await answer.text()).split("@media")[0]);
  }
  if (state().color !== color) return;
  const root = document.documentElement.style;
  const written = sheets.get(color).matchAll(/(--[\w-]+): (#[0-9a-f]{6})/g);
  const colors = Object.fromEntries([...written].map(([, name, value]) => [name, value]));
  for (const name of ["--brand", "--on-brand", "--on-brand-2", "--card-ink"]) {
    root.setProperty(name, colors[name]);
  }
  const ratio = Math.round(contrast(colors["--brand"], colors["--on-brand"]) * 10) / 10;
  const shown = new Intl.NumberFormat(words.language, { minimumFractionDigits: 1 }).format(ratio);
  const line = words.contrast[colors["--on-brand"]];
  document.getElementById("contrast").textContent = fill(line, { ratio: shown });
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const HIDDEN = new Set(["csrf", "key", "version", "logo"]);
const values = () => new Map([...new FormData(form)].filter(([name]) => !HIDDEN.has(name))
  .map(([name, value]) => [name, value instanceof File ? value.name : value]));
const before = values();

function showChanges() {
  if (!form.dataset.kind) return;
  const now = values();
  if (now.get("color") !== "own" && before.get("color") !== "own") now.set("own", before.get("own"));
  const changed = [...now].filter(([name, value]) => before.get(name) !== value).length;
  const sentence = words.changes[Math.min(changed, words.changes.length - 1)];
  document.getElementById("changes").textContent = changed ? sentence : "";
}

// A new suggestion takes the place of the old one only, never of what somebody chose or typed.
let last = {};
function suggest() {
  const now = { ...suggested(), reward: words.rewards[suggested().trade], spend: words.spends[currency()] };
  for (const name of ["reward", "picture", "color", "spend"]) {
    const field = form.elements[name];
    if (field && now[name] && field.value === last[name]) field.value = now[name];
  }
  last = now;
  const label = document.querySelector('label[for="spend"]');
  if (label && currency()) label.textContent = fill(words.forEach, { currency: currency() });
}

function currency() {
  return form.elements.currency?.value;
}

// What is sent after the session has ended would be lost on the way to sign in: it is kept in this
// browser, for this shop and this page, and is back when the owner is.
const KEPT = `editor ${form.dataset.shop} ${location.pathname}`;
async function keep(event) {
  if (form.dataset.checked) return;
  event.preventDefault();
  form.dataset.checked = "1";
  const answer = await fetch(location.pathname, { method: "HEAD", redirect: "manual" }).catch(() => null);
  if (answer?.type !== "opaqueredirect") {
    form.requestSubmit();
    return;
  }
  const typed = [...new FormData(form)].filter(
    ([name, value]) => name !== "csrf" && name !== "key" && typeof value === "string",
  );
  localStorage.setItem(KEPT, JSON.stringify(typed));
  location.assign(location.pathname);
}

function giveBack() {
  const typed = JSON.parse(localStorage.getItem(KEPT) ?? "null");
  if (!typed) return;
  localStorage.removeItem(KEPT);
  for (const [name, value] of typed) if (form.elements[name]) form.elements[name].value = value;
  document.getElementById("kept").hidden = false;
}

function showFile(input) {
  const said = document.getElementById("logo-said");
  said.replaceChildren();
  const [file] = input.files;
  if (!file) return;
  if (file.size > FILE_BYTES_MAX) {
    const error = document.createElement("p");
    error.className = "error";
    error.id = "logo-error";
    error.setAttribute("role", "alert");
    error.textContent = words.tooLarge;
    said.append(error);
    input.value = "";
    return;
  }
  const reader = new FileReader();
  reader.addEventListener("load", () => showLogo(reader.result));
  reader.readAsDataURL(file);
}

function showLogo(source) {
  parts("logo").forEach((image) => { image.src = source; image.hidden = false; });
  parts("seal").forEach((seal) => { seal.hidden = true; });
}

form.addEventListener("input", ({ target }) => {
  if (target.name === "own") form.elements.color.value = "own";
  if (target.name === "trade" || target.name === "currency") suggest();
  if (target.name === "file") showFile(target);
  if (target.name === "no_logo") {
    parts("logo").forEach((image) => { image.hidden = target.checked; });
    parts("seal").forEach((seal) => { seal.hidden = !target.checked; });
  }
  show();
});
form.addEventListener("submit", keep);
// Back to this page from the next one: it may be sent again.
addEventListener("pageshow", () => { delete form.dataset.checked; });
giveBack();
if (!form.dataset.kind && !form.elements.picture.value) form.elements.picture.value = suggested().picture;
suggest();
show();
