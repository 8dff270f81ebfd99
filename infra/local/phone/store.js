// What the phone keeps when it is switched off: its names, its passes, and the tag of each list. In localStorage,
// a key a pass, so that an update writes one pass.

const PHONE = 'stempel.phone';
const PASS = 'stempel.pass.';

export class Store {
  #storage;

  constructor(storage) {
    this.#storage = storage;
  }

  /** The names this phone got from the push service, or null for a new phone. */
  get identity() {
    return this.#phone.identity ?? null;
  }

  set identity(identity) {
    this.#write(PHONE, { ...this.#phone, identity });
  }

  /** The tag of the last list of one pass type at one web service, or null before the first. */
  tag(key) {
    return this.#phone.tags?.[key] ?? null;
  }

  setTag(key, tag) {
    const phone = this.#phone;
    this.#write(PHONE, { ...phone, tags: { ...phone.tags, [key]: tag } });
  }

  forgetTag(key) {
    const { [key]: _, ...tags } = this.#phone.tags ?? {};
    this.#write(PHONE, { ...this.#phone, tags });
  }

  /** All kept passes, in the order in which they were added. */
  passes() {
    const keys = Array.from({ length: this.#storage.length }, (_, i) => this.#storage.key(i));
    return keys
      .filter((key) => key.startsWith(PASS))
      .map((key) => JSON.parse(this.#storage.getItem(key)))
      .map((kept) => ({ ...kept, bytes: fromBase64(kept.bytes) }))
      .sort((a, b) => a.addedAt - b.addedAt);
  }

  /** Keep a pass. Throws QuotaExceededError when the browser gives no more room. */
  keep({ id, bytes, lastModified, updates, kind, addedAt }) {
    this.#write(PASS + id, { id, bytes: toBase64(bytes), lastModified, updates, kind, addedAt });
  }

  drop(id) {
    this.#storage.removeItem(PASS + id);
  }

  get #phone() {
    return JSON.parse(this.#storage.getItem(PHONE) ?? '{}');
  }

  #write(key, value) {
    this.#storage.setItem(key, JSON.stringify(value));
  }
}

function toBase64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

function fromBase64(text) {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}
