// The sheet that rises over the phone's screen: to add a card, to hear why not, to be asked before a card goes.

import { h } from './dom.js';

export class Sheet {
  #place;
  #screen;
  #before = null;

  constructor(place, screen) {
    this.#place = place;
    this.#screen = screen;
  }

  /** Show a sheet: a title, what it says, and its buttons in the order given. Escape closes it. */
  show({ title, body = [], actions }) {
    this.#before ??= document.activeElement;
    const heading = h('h2', { id: 'sheet-title', tabIndex: -1 }, title);
    const sheet = h('div.sheet', { role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'sheet-title' },
      heading, body, h('div.sheet-actions', {}, actions));
    sheet.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
    });
    this.#place.replaceChildren(h('div.shade', {}), sheet);
    this.#screen.inert = true;
    heading.focus({ preventScroll: true });
  }

  close() {
    this.#place.replaceChildren();
    this.#screen.inert = false;
    this.#before?.isConnected && this.#before.focus({ preventScroll: true });
    this.#before = null;
  }
}
