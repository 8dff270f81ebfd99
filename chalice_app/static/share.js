// Passes the link for a friend on: by the phone's own sheet, or by the clipboard. Without this the
// field with the link is there to be copied by hand.
const button = document.getElementById("share");
const link = document.getElementById("link");
const said = document.getElementById("shared");
const { title, text, copied } = button.dataset;
const sheet = { title, text, url: link.value };
const way = navigator.canShare?.(sheet) ? "share" : "copy";

async function copy() {
  link.select();
  // Where the clipboard is closed to pages, the link is at least marked.
  await navigator.clipboard?.writeText(link.value).then(
    () => { said.textContent = copied; },
    () => {},
  );
}

async function share() {
  // Who closes the sheet has changed their mind; one that cannot open leaves the clipboard.
  await navigator.share(sheet).catch((error) => (error.name === "AbortError" ? undefined : copy()));
}

for (const label of button.querySelectorAll("[data-when]")) {
  label.hidden = label.dataset.when !== way;
}
button.addEventListener("click", way === "share" ? share : copy);
link.addEventListener("focus", () => link.select());
button.hidden = false;
