// Draws a pass as iOS draws a store card: the front with its strip and code, the back with its small print.

import { h } from './dom.js';
import { runs } from './links.js';

const COLOR = /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/;
const ALIGNMENTS = { PKTextAlignmentLeft: 'left', PKTextAlignmentCenter: 'center', PKTextAlignmentRight: 'right' };
const QR = 'PKBarcodeFormatQR';

/** The addresses of a pass's pictures, made on demand and given back with `release`. */
export class Pictures {
  #urls = new Map();

  /** The best picture of that name for this screen: {url, scale}, or null when the pass has none. */
  find({ opened, id, version }, name, language) {
    const wanted = Math.min(3, Math.ceil(devicePixelRatio));
    for (const scale of [wanted, 3, 2, 1]) {
      const file = scale === 1 ? `${name}.png` : `${name}@${scale}x.png`;
      const bytes = opened.files.get(`${language}.lproj/${file}`) ?? opened.files.get(file);
      if (bytes) return { scale, url: this.#url(`${id} ${version} ${file}`, bytes) };
    }
    return null;
  }

  /** Forget the pictures of one pass, all but those of the version given. */
  release({ id, version }) {
    for (const [key, url] of this.#urls) {
      if (key.startsWith(`${id} `) && !key.startsWith(`${id} ${version} `)) {
        URL.revokeObjectURL(url);
        this.#urls.delete(key);
      }
    }
  }

  #url(key, bytes) {
    if (!this.#urls.has(key)) {
      this.#urls.set(key, URL.createObjectURL(new Blob([bytes], { type: 'image/png' })));
    }
    return this.#urls.get(key);
  }
}

/** Draw the front. `changed` holds the keys of fields that have just changed. */
export function front(entry, { pictures, language, t, changed = new Set() }) {
  const { pass } = entry.opened;
  const { headerFields, primaryFields, secondaryFields, auxiliaryFields } = entry.fields;
  const draw = (field) => drawn(field, changed);
  const article = h('article.pass.apple', { 'aria-label': `${pass.organizationName}: ${pass.description}`, 'data-serial': entry.serial },
    h('header', {}, logo(entry, pictures, language), h('p', {}, pass.logoText ?? ''), list('heads', headerFields, draw)),
    strip(entry, pictures, language, list('primary', primaryFields, draw)),
    list('facts', [...secondaryFields, ...auxiliaryFields], draw),
    h('div.foot', {}, ended(pass) ? h('p.ended', {}, t('pass.void')) : code(pass, t)),
  );
  dress(article, pass);
  return article;
}

/** Draw the back's fields, each with what can be tapped in it. */
export function backFields(entry) {
  return h('dl.back-fields', {}, entry.fields.backFields.map((field) =>
    h('div', { 'data-key': field.key }, h('dt', {}, field.label), h('dd', {}, runs(field).map(run))),
  ));
}

function run({ text, href }) {
  if (!href) return text;
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text);
}

function logo(entry, pictures, language) {
  const found = pictures.find(entry, 'logo', language);
  if (!found) return null;
  const alt = entry.opened.pass.logoText ? '' : entry.opened.pass.organizationName;
  const image = h('img.logo-image', { src: found.url, alt });
  image.addEventListener('load', () => {
    image.style.width = `${image.naturalWidth / found.scale / 16}rem`;
  });
  return image;
}

function strip(entry, pictures, language, primary) {
  const found = pictures.find(entry, 'strip', language);
  if (!found && !primary) return null;
  const image = found && h('img', { src: found.url, alt: entry.opened.pass.description });
  return h('div.strip-area', {}, image, primary);
}

function list(name, fields, draw) {
  return fields.length ? h(`dl.${name}`, {}, fields.map(draw)) : null;
}

function drawn({ key, label, value, textAlignment }, changed) {
  const group = h('div', { 'data-key': key }, h('dt', {}, label), h('dd', {}, value));
  if (changed.has(key)) group.classList.add('fresh');
  if (ALIGNMENTS[textAlignment]) group.style.textAlign = ALIGNMENTS[textAlignment];
  return group;
}

function code({ barcodes, barcode }, t) {
  const all = Array.isArray(barcodes) ? barcodes : [barcode].filter(Boolean);
  if (all.length === 0) return null;
  const shown = all.find(({ format }) => format === QR);
  return codeBox({ message: shown?.message, altText: (shown ?? all[0]).altText }, t);
}

/** Draw the code of a card; without a message it is none that this phone can draw. */
export function codeBox({ message, altText }, t) {
  const picture = message
    ? h('img', { src: `/local/phone/qr?text=${encodeURIComponent(message)}`, alt: t('pass.code') })
    : h('p', {}, t('pass.nocode'));
  return h('div.code', {}, picture, altText ? h('p', {}, altText) : null);
}

function ended({ voided, expirationDate }) {
  return voided === true || (expirationDate !== undefined && Date.parse(expirationDate) < Date.now());
}

/** Put on the pass's colours; what it leaves open is chosen as iOS does, by how light its ground is. */
export function dress(element, { backgroundColor, foregroundColor, labelColor }) {
  const ground = color(backgroundColor) ?? [255, 255, 255];
  const [r, g, b] = ground;
  const contrast = 0.299 * r + 0.587 * g + 0.114 * b > 150 ? [20, 18, 15] : [255, 255, 255];
  const text = color(foregroundColor) ?? contrast;
  const label = color(labelColor) ?? text;
  for (const [name, value] of [['--brand', ground], ['--on-brand', text], ['--on-brand-2', label]]) {
    element.style.setProperty(name, `rgb(${value.join(' ')})`);
  }
}

function color(text) {
  const match = COLOR.exec(text ?? '');
  return match && match.slice(1).map(Number);
}
