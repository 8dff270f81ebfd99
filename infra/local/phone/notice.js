// The banner at the top of the phone that says what changed on a card, as iOS shows it.

import { h } from './dom.js';

const SHOWN_MS = 6_000;

export class Notices {
  #place;
  #timer = 0;

  constructor(place) {
    this.#place = place;
  }

  /** Show a banner; tapping it calls `open`. It stays while it is pointed at or focused. */
  show({ image, name, words, when, open }) {
    const picture = image ? h('img', { src: image, alt: '' }) : null;
    const banner = h('button.notice', { type: 'button' }, picture,
      h('span.grow', {}, h('b', {}, name), h('span.words', {}, words)), h('span.when', {}, when));
    banner.addEventListener('click', () => {
      this.#place.replaceChildren();
      open();
    });
    this.#place.replaceChildren(banner);
    this.#leaveLater(banner);
  }

  #leaveLater(banner) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (banner.matches(':hover, :focus')) this.#leaveLater(banner);
      else banner.remove();
    }, SHOWN_MS);
  }
}
