// The phone's screen: the stack of cards, or one card from both sides. Draws what the wallets hold.

import { h, icon, still } from './dom.js';
import { landing } from './stamps.js';

const DECODE_MS_MAX = 300; // a picture that takes longer appears when it comes

export class Screen extends EventTarget {
  #place;
  #cards;
  #looks;
  #t;
  #welcome;
  #open = null;
  #side = 'front';
  #strips = new Map(); // what each card's strip shows now

  /** `looks` draw the cards of each wallet; `welcome()` makes what a phone without cards offers. */
  constructor({ place, cards, looks, t, welcome }) {
    super();
    this.#place = place;
    this.#cards = cards;
    this.#looks = looks;
    this.#t = t;
    this.#welcome = welcome;
  }

  /** The card that is meant when somebody gives a stamp: the open one, else the newest. */
  get selected() {
    return this.#cards.pass(this.#open) ?? this.#cards.passes.at(-1) ?? null;
  }

  /** Open a card, or with null go back to the stack. */
  show(id, side = 'front') {
    const turned = id === this.#open && side !== this.#side;
    this.#open = id;
    this.#side = side;
    if (turned) this.#turn();
    else this.#moving(() => this.#drawAndFocus());
    this.dispatchEvent(new CustomEvent('selected'));
  }

  #drawAndFocus() {
    const inside = this.#place.contains(document.activeElement);
    this.draw();
    if (inside) this.#place.querySelector('[data-action=done], .cover')?.focus({ preventScroll: true });
  }

  /** Draw everything anew. */
  draw() {
    const entry = this.#cards.pass(this.#open);
    if (!entry) this.#open = null;
    this.#place.dataset.view = entry ? 'card' : this.#cards.passes.length ? 'stack' : 'empty';
    this.#place.replaceChildren(...(entry ? this.#card(entry) : this.#stack()));
  }

  /** Put a new version of a card in the place of the old one. True once it can be seen; false if a newer one came. */
  async renew({ after, changed }) {
    const old = this.#strips.get(after.id);
    const fresh = this.#front(after, new Set(changed.map(({ key }) => key)));
    const [layers] = await Promise.all([landing(old, this.#strip(after)), ready(fresh)]);
    if (this.#cards.pass(after.id) !== after) return false;
    this.#strips.set(after.id, this.#strip(after));
    fresh.querySelector('.strip-area')?.append(...layers);
    const shown = this.#place.querySelector(`.holder[data-id="${CSS.escape(after.id)}"]`);
    shown?.querySelector('.pass')?.replaceWith(fresh);
    const look = this.#look(after);
    shown?.querySelector('.back-fields')?.replaceWith(look.back(after));
    look.release(after);
    await painted();
    return true;
  }

  #stack() {
    const t = this.#t;
    const add = h('button.round', { type: 'button', 'data-action': 'add-card', 'aria-label': t('wallet.add') }, icon('plus'));
    add.addEventListener('click', () => this.dispatchEvent(new CustomEvent('add')));
    const { passes } = this.#cards;
    const bar = h('div.bar', {}, h('h2', {}, t('wallet.title')), passes.length ? add : null);
    if (passes.length === 0) {
      return [bar, h('div.welcome', {}, h('div.empty', {}, h('span.ring', { 'aria-hidden': 'true' }), h('p', {}, t('empty.text'))), this.#welcome())];
    }
    return [bar, h('ul.deck', { 'aria-label': t('wallet.cards') }, passes.map((entry) => this.#inStack(entry)))];
  }

  #inStack(entry) {
    const name = this.#look(entry).words(entry).title;
    const cover = h('button.cover', { type: 'button', 'aria-label': this.#t('wallet.open', { name }) });
    cover.addEventListener('click', () => this.show(entry.id));
    const pass = this.#drawn(entry);
    const holder = h('li.holder', { 'data-id': entry.id }, h('div', { inert: true }, pass), cover);
    holder.style.viewTransitionName = transitionName(entry);
    return holder;
  }

  #card(entry) {
    const t = this.#t;
    const done = h('button.btn-plain', { type: 'button', 'data-action': 'done' }, icon('back'), t('pass.done'));
    done.addEventListener('click', () => this.show(null));
    const holder = h('div.holder.flip', { 'data-id': entry.id }, h('div.side', {}, this.#drawn(entry)), h('div.side.back', {}, this.#back(entry)));
    holder.style.viewTransitionName = transitionName(entry);
    const view = [h('div.bar', {}, done, this.#turner()), holder];
    if (this.#cards.passes.length > 1) view.push(this.#pile(entry));
    this.#setSide(holder);
    return view;
  }

  #turner() {
    const button = h('button.btn-plain', { type: 'button', 'data-action': 'turn' });
    button.addEventListener('click', () => this.show(this.#open, this.#side === 'front' ? 'back' : 'front'));
    return button;
  }

  #turn() {
    this.#setSide(this.#place.querySelector('.flip'));
  }

  #setSide(holder) {
    const back = this.#side === 'back';
    holder.dataset.side = this.#side;
    const [frontSide, backSide] = holder.querySelectorAll('.side');
    frontSide.inert = back;
    backSide.inert = !back;
    queueMicrotask(() => {
      const words = [icon(back ? 'card' : 'more'), this.#t(back ? 'pass.front' : 'pass.details')];
      this.#place.querySelector('[data-action=turn]').replaceChildren(...words);
    });
  }

  #back(entry) {
    const t = this.#t;
    const look = this.#look(entry);
    const { issuer, description } = look.words(entry);
    const remove = h('button.btn-danger', { type: 'button', 'data-action': 'remove' }, t('pass.remove'));
    remove.addEventListener('click', () => this.dispatchEvent(new CustomEvent('remove', { detail: entry })));
    return h('div.back-page', {},
      h('p.issuer', {}, issuer), h('p.muted', {}, description),
      look.settings(entry), look.back(entry), remove);
  }

  #pile(open) {
    const others = this.#cards.passes.filter(({ id }) => id !== open.id);
    const edges = others.slice(-4).map((entry) => {
      const edge = h('span.edge', {});
      this.#look(entry).dress(edge, entry);
      return edge;
    });
    const button = h('button.pile', { type: 'button', 'data-action': 'all' }, edges, h('span.pile-words', {}, this.#t('wallet.all', { n: others.length + 1 })));
    button.addEventListener('click', () => this.show(null));
    return button;
  }

  #strip(entry) {
    return this.#look(entry).art(entry);
  }

  #drawn(entry) {
    this.#strips.set(entry.id, this.#strip(entry));
    return this.#front(entry);
  }

  #front(entry, changed) {
    return this.#look(entry).front(entry, changed);
  }

  #look({ wallet }) {
    return this.#looks[wallet];
  }

  #moving(change) {
    if (document.startViewTransition && !still() && !document.hidden) {
      document.startViewTransition(change).ready.catch(() => undefined); // skipped when the next one starts
    } else change();
  }
}

function transitionName({ id }) {
  return `pass-${id.replace(/[^A-Za-z0-9]/g, '-')}`;
}

async function ready(element) {
  const pictures = [...element.querySelectorAll('img')].map((image) => image.decode().catch(() => undefined));
  await Promise.race([Promise.all(pictures), new Promise((done) => setTimeout(done, DECODE_MS_MAX))]);
}

/** Wait until the browser has put the change on the screen; a page in the background paints nothing. */
function painted() {
  if (document.hidden) return Promise.resolve();
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}
