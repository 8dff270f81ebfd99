// Google Wallet on this phone, without its looks. It keeps nothing: what is on the phone is what Google says is. Tells
// what happened through events: 'passes' (some came or went), 'changed' (one is new), 'saved', each with its detail.

import { changedFields, readCard } from './google_card.js';
import { post } from './give.js';

const CARDS = '/local/phone/android';

export class GoogleWallet extends EventTarget {
  #note;
  #language;
  #entries = new Map();
  #asking = null;
  #again = false;
  #asked = new Set(); // the cards of whose change the holder is to be told
  #told = new Map(); // the balance that the holder knows of, by card

  constructor({ note, language }) {
    super();
    this.#note = note;
    this.#language = language;
  }

  /** The cards, in the order in which they were saved. */
  get passes() {
    return [...this.#entries.values()];
  }

  pass(id) {
    return this.#entries.get(id);
  }

  /** Ask Google what is on the phone. One question at a time; whoever comes meanwhile has it asked once more. */
  load() {
    this.#again = true;
    this.#asking ??= this.#askUntilNoneCame();
    return this.#asking;
  }

  /** Google says that a card was saved, changed or taken off. */
  async news({ object_id: object, what, notify }) {
    if (notify) this.#asked.add(object);
    if (what === 'saved') this.#note('google.saved', null);
    await this.load();
    const entry = this.pass(`google/${object}`);
    if (what === 'saved' && entry) this.#tell('saved', { entry });
  }

  /** Take a card off the phone. */
  async remove(object) {
    this.#note('google.removed', await post(`${CARDS}/remove`, { object }));
    await this.load();
  }

  async #askUntilNoneCame() {
    while (this.#again) {
      this.#again = false;
      await this.#ask();
    }
    this.#asking = null;
  }

  async #ask() {
    const response = await fetch(CARDS, { cache: 'no-store' }).catch(() => null);
    if (!response?.ok) return;
    const { cards } = await response.json();
    const before = this.#entries;
    const read = cards.reverse().map((document) => this.#read(document, before.get(`google/${document.id}`)));
    this.#entries = new Map(read.map((entry) => [entry.id, entry]));
    if (String([...before.keys()]) !== String([...this.#entries.keys()])) this.#tell('passes');
    for (const entry of read) this.#compare(before.get(entry.id), entry);
  }

  #read(document, before) {
    const same = before && JSON.stringify(before.document) === JSON.stringify(document);
    return same ? before : readCard(document, this.#language);
  }

  #compare(before, after) {
    const speaks = this.#speaks(before, after);
    if (!before || (before === after && !speaks)) return;
    this.#note(speaks ? 'google.notified' : 'google.changed', null);
    this.#tell('changed', { before, after, changed: changedFields(before, after), message: speaks ? '' : null });
  }

  /** Google tells the holder when it was asked to and the balance changed; in words of its own, not in ours. */
  #speaks(before, { object, balance }) {
    const asked = this.#asked.delete(object);
    const speaks = before !== undefined && asked && this.#told.get(object) !== balance?.value;
    if (!before || speaks) this.#told.set(object, balance?.value);
    return speaks;
  }

  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
