// How Google Wallet shows its cards: logo and issuer, the programme, the rows of the class's template, the code, the
// hero at the foot; behind it the text modules and links.

import { h } from './dom.js';
import { codeBox, dress } from './face.js';
import { SAFE } from './links.js';

export class GoogleLook {
  #wallet;
  #address;
  #t;

  /** `address(url)` is where this page finds a picture of the world's own. */
  constructor({ wallet, address, t }) {
    this.#wallet = wallet;
    this.#address = address;
    this.#t = t;
  }

  front(entry, changed = new Set()) {
    const { barcode } = entry.document;
    const code = barcode && this.#code(barcode);
    const article = h('article.pass.google', { 'aria-label': `Google Wallet: ${entry.name}`, 'data-object': entry.object },
      h('header', {}, this.#logo(entry), h('p', {}, entry.issuer)),
      h('p.title', {}, entry.name),
      entry.rows.map((row) => h('dl.facts', {}, row.map((field) => drawn(field, changed)))),
      h('div.foot', {}, entry.live ? code : h('p.ended', {}, this.#t('pass.void'))),
      this.#hero(entry));
    this.dress(article, entry);
    return article;
  }

  back({ modules, links }) {
    const shown = modules.map((field) => h('div', { 'data-key': field.key }, h('dt', {}, field.label), h('dd', {}, field.value)));
    const linked = links.length ? h('div', {}, h('dt', {}, this.#t('pass.links')), h('dd', {}, links.map(link))) : null;
    return h('dl.back-fields', {}, shown, linked);
  }

  /** Google Wallet has no switch of a card's own: updates always come. */
  settings() {
    return [];
  }

  words({ issuer, name, live, balance }) {
    const points = live && balance ? [`${balance.label} ${balance.value}`] : [];
    return { issuer, description: 'Google Wallet', title: [name, ...points, 'Google Wallet'].join(', ') };
  }

  art({ hero }) {
    return hero && this.#address(hero.url);
  }

  icon({ logo }) {
    return logo && this.#address(logo.url);
  }

  dress(element, { color }) {
    dress(element, { backgroundColor: color });
  }

  release() {}

  async remove({ object }) {
    await this.#wallet.remove(object);
  }

  #logo({ logo }) {
    return logo && h('img.round-logo', { src: this.#address(logo.url), alt: '' });
  }

  #hero({ hero }) {
    return hero && h('div.strip-area', {}, h('img', { src: this.#address(hero.url), alt: hero.words }));
  }

  #code({ type, value, alternateText }) {
    return codeBox({ message: type === 'QR_CODE' ? value : null, altText: alternateText }, this.#t);
  }
}

function drawn({ key, label, value }, changed) {
  const group = h('div', { 'data-key': key }, h('dt', {}, label), h('dd', {}, value));
  if (changed.has(key)) group.classList.add('fresh');
  return group;
}

function link({ label, uri }) {
  return SAFE.test(uri) ? h('a', { href: uri, target: '_blank', rel: 'noopener noreferrer' }, label || uri) : label;
}
