// How iOS shows its cards: the face, the small print behind it, and what can be set there.

import { h } from './dom.js';
import { backFields, dress, front } from './face.js';

export class AppleLook {
  #wallet;
  #pictures;
  #language;
  #t;

  constructor({ wallet, pictures, language, t }) {
    this.#wallet = wallet;
    this.#pictures = pictures;
    this.#language = language;
    this.#t = t;
  }

  /** Draw the front. `changed` holds the keys of fields that have just changed. */
  front(entry, changed) {
    return front(entry, { pictures: this.#pictures, language: this.#language, t: this.#t, changed });
  }

  /** Draw the small print. */
  back(entry) {
    return backFields(entry);
  }

  /** Make what a person can set for this card. */
  settings(entry) {
    const t = this.#t;
    const updates = h('input.switch', { type: 'checkbox', role: 'switch', checked: entry.updates, id: 'updates' });
    updates.addEventListener('change', () => this.#wallet.setUpdates(entry.id, updates.checked));
    const refresh = h('button', { type: 'button', 'data-action': 'refresh' }, t('pass.refresh'));
    refresh.addEventListener('click', () => this.#wallet.check(entry.id));
    return [h('label.setting', { htmlFor: 'updates' }, h('span.grow', {}, t('pass.updates')), updates), refresh];
  }

  /** Say whose card it is, what it is, and what its header says. */
  words({ opened, name, fields }) {
    const { organizationName, description } = opened.pass;
    const heads = fields.headerFields.map(({ label, value }) => `${label} ${value}`);
    return { issuer: organizationName, description, title: [name, ...heads].join(', ') };
  }

  /** The address of the picture with the stamps. */
  art(entry) {
    return this.#pictures.find(entry, 'strip', this.#language)?.url;
  }

  icon(entry) {
    return this.#pictures.find(entry, 'icon', this.#language)?.url;
  }

  dress(element, { opened }) {
    dress(element, opened.pass);
  }

  /** Forget the pictures of older versions. */
  release(entry) {
    this.#pictures.release(entry);
  }

  async remove({ id }) {
    await this.#wallet.remove(id);
  }
}
