// The wallet of this phone, without its looks: takes passes, keeps them, and brings them up to date after a push.
// Tells what happened through events: 'passes' (some came or went), 'changed' (one is new), each with its detail.

import { openBundle } from './bundle.js';
import { changeMessage, changedFields, shownFields } from './fields.js';
import { Refusal } from './refusal.js';

const PKPASS = 'application/vnd.apple.pkpass';
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

export class Wallet extends EventTarget {
  #service;
  #store;
  #fetch;
  #root;
  #note;
  #language;
  #passes = new Map();
  #checks = new Map();
  #versions = 0;
  identity = null;

  constructor({ service, store, fetch, root, note, language }) {
    super();
    this.#service = service;
    this.#store = store;
    this.#fetch = fetch;
    this.#root = root;
    this.#note = note;
    this.#language = language;
  }

  /** The passes on this phone, in the order in which they were added. */
  get passes() {
    return [...this.#passes.values()];
  }

  pass(id) {
    return this.#passes.get(id);
  }

  /** Read what the phone kept while it was off. A pass that has become unreadable is left aside. */
  async wake() {
    const found = new Map();
    for (const kept of this.#store.passes()) {
      try {
        found.set(kept.id, this.#entry(await openBundle(kept.bytes), kept));
      } catch (error) {
        this.#refused(error);
      }
    }
    this.#passes = found;
    this.#tell('passes');
  }

  /** Fetch a pass and check it as Wallet does; nothing is kept yet. Throws a Refusal. */
  async download(url, kind = null) {
    try {
      const bytes = await this.#pkpass(url);
      const opened = await this.#opened(bytes);
      return this.#entry(opened, { bytes, lastModified: null, updates: true, kind, addedAt: Date.now() });
    } catch (error) {
      this.#refused(error);
      throw error;
    }
  }

  /** Keep a downloaded pass and let its server know. Throws a Refusal when there is no room. */
  async add(entry) {
    this.#keep(entry);
    this.#tell('passes', { added: entry.id });
    await this.#introduce(entry);
  }

  /** Take a pass off the phone. The phone forgets it whatever its server says. */
  async remove(id) {
    const entry = this.#passes.get(id);
    this.#passes.delete(id);
    this.#store.drop(id);
    this.#tell('passes', { removed: id });
    if (entry.updates && served(entry)) await this.#service.unregister(entry, this.identity);
  }

  /** Switch a pass's automatic updates: off unregisters, on registers again, as iOS does. */
  async setUpdates(id, on) {
    const entry = this.#passes.get(id);
    entry.updates = on;
    this.#keep(entry);
    if (on) await this.#introduce(entry);
    else if (served(entry)) await this.#service.unregister(entry, this.identity);
  }

  /** A push came for a pass type: ask every web service of that type what changed. */
  async pushed(topic) {
    await this.#checkWhere((entry) => entry.type === topic);
  }

  /** Ask for news of one pass's kind, or of all: after switching on, and when a person asks. */
  async check(id = null) {
    const one = id && this.#passes.get(id);
    await this.#checkWhere((entry) => !one || (entry.type === one.type && entry.url === one.url));
  }

  async #pkpass(url) {
    let response;
    try {
      response = await this.#fetch(url, { cache: 'no-store', credentials: 'omit' });
    } catch {
      throw new Refusal('refused.unreachable');
    }
    const type = (response.headers.get('Content-Type') ?? '').split(';')[0].trim();
    if (!response.ok) throw new Refusal('refused.fetch', { status: String(response.status) });
    if (type !== PKPASS) throw new Refusal('refused.mime', { type: type || '?' });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const answer = { method: 'GET', url, status: response.status };
    this.#note('download', answer, { size: kilobytes(bytes) });
    return bytes;
  }

  async #opened(bytes) {
    const root = await this.#root();
    const opened = await openBundle(bytes, { root });
    this.#note(root ? 'checked' : 'hashed', null, { n: opened.files.size });
    return opened;
  }

  #entry(opened, { bytes, lastModified, updates, kind, addedAt }) {
    const { passTypeIdentifier: type, serialNumber: serial, webServiceURL, authenticationToken } = opened.pass;
    return {
      wallet: 'apple', id: `${type}/${serial}`, type, serial, name: opened.pass.logoText ?? opened.pass.organizationName, url: webServiceURL ?? null, token: authenticationToken ?? null,
      opened, bytes, lastModified, updates, kind, addedAt, version: ++this.#versions,
      fields: shownFields(opened, this.#language),
    };
  }

  #keep(entry) {
    try {
      this.#store.keep(entry);
    } catch {
      throw new Refusal('refused.full');
    }
    this.#passes.set(entry.id, entry);
  }

  async #introduce(entry) {
    if (!served(entry)) {
      this.#note(entry.url ? 'plain' : 'unserved', null, {});
      return;
    }
    if (!(await this.#service.register(entry, this.identity))) return;
    this.#store.forgetTag(tagKey(entry)); // a new pass is asked for without a tag, as after an install
    await this.check(entry.id);
  }

  async #checkWhere(chosen) {
    const kinds = new Map(
      this.passes.filter((entry) => chosen(entry) && entry.updates && served(entry)).map((entry) => [tagKey(entry), entry]),
    );
    await Promise.all([...kinds].map(([key, { type, url }]) => this.#checkOnce(key, { type, url })));
  }

  /** One question at a time for each kind; whoever comes while it runs makes it be asked once more. */
  #checkOnce(key, kind) {
    const running = this.#checks.get(key);
    if (running) {
      running.again = true;
      return running.done;
    }
    const check = { again: true, done: null };
    this.#checks.set(key, check);
    check.done = (async () => {
      try {
        while (check.again) {
          check.again = false;
          await this.#askWhatChanged(key, kind);
        }
      } finally {
        this.#checks.delete(key);
      }
    })();
    return check.done;
  }

  async #askWhatChanged(key, kind) {
    const tag = this.#store.tag(key);
    const listed = await this.#service.list(kind, this.identity, tag);
    if (!listed) return;
    let complete = true;
    for (const serial of listed.serialNumbers) {
      const entry = this.#passes.get(`${kind.type}/${serial}`);
      if (entry) complete = (await this.#refresh(entry, tag === null)) && complete;
      else await this.#service.report(kind, serviceError(kind, `Update requested for unregistered serial number ${serial}`));
    }
    // Without all of it the old tag stays, so that the next question names the missing pass again.
    if (complete) this.#store.setTag(key, listed.lastUpdated);
  }

  async #refresh(entry, first) {
    const got = await this.#service.get(entry, entry.lastModified);
    if (got === null) return false;
    if (got === 'unchanged') {
      if (first) return true; // without a tag all passes are named, changed or not
      await this.#service.report(entry, serviceError(entry, `Server requested update to serial number '${entry.serial}', but the pass was unchanged.`));
      return true;
    }
    return this.#replace(entry, got);
  }

  async #replace(entry, { bytes, lastModified }) {
    let opened;
    try {
      opened = await this.#opened(bytes);
      const { passTypeIdentifier, serialNumber } = opened.pass;
      if (passTypeIdentifier !== entry.type || serialNumber !== entry.serial) throw new Refusal('refused.key', { key: 'serialNumber' });
    } catch (error) {
      this.#refused(error);
      await this.#service.report(entry, serviceError(entry, `Received invalid pass data for serial number '${entry.serial}' (${error.message})`));
      return false;
    }
    if (!this.#passes.has(entry.id)) return true; // removed while it was fetched
    this.#changed(entry, { ...this.#entry(opened, { ...entry, bytes, lastModified }), token: entry.token, updates: entry.updates });
    return true;
  }

  #changed(before, after) {
    this.#passes.set(after.id, after);
    try {
      this.#keep(after);
    } catch (error) {
      this.#refused(error); // shown all the same; the phone just cannot remember it
    }
    const changed = changedFields(before.fields, after.fields);
    this.#tell('changed', { before, after, changed, message: changeMessage(changed) });
  }

  #refused(error) {
    if (!(error instanceof Refusal)) throw error;
    this.#note('refused', null, { refusal: error });
  }

  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** Whether the phone may call this pass's web service: https, or plain http on this very computer. */
export function served({ url }) {
  if (!URL.canParse(url ?? '')) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
}

export function kilobytes(bytes) {
  return Math.max(1, Math.round(bytes.length / 1024));
}

function tagKey({ type, url }) {
  return `${type} ${url}`;
}

function serviceError({ type, url }, words) {
  return `Web service error for ${type} (${url}): ${words}`;
}
