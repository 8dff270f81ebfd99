// The till beside the phone: gives a stamp, shows the call that does the same, and measures how long it took to land.

import { h, icon } from './dom.js';

export class Give {
  #place;
  #t;
  #note;
  #giving;
  #number;
  #pressed = new Map();
  #entry = null;
  #outcome = h('div.outcome', { role: 'status' });
  demo = { base_url: '', api_key: '' };

  /** `giving()` is called when somebody presses the button. */
  constructor({ place, t, note, locale, giving }) {
    this.#place = place;
    this.#t = t;
    this.#note = note;
    this.#giving = giving;
    this.#number = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  }

  /** Draw the till for a card, or say what is needed first. */
  draw(entry, { anew = false } = {}) {
    if (entry && entry.id === this.#entry?.id && !anew) return;
    if (entry?.id !== this.#entry?.id) this.#outcome.replaceChildren();
    this.#entry = entry;
    if (!entry) {
      this.#place.replaceChildren(h('p.muted', {}, this.#t('give.none')));
      return;
    }
    const button = h('button.btn-primary.block', { type: 'button', 'data-action': 'give' }, icon('stamp'), this.#t(`give.${kindOf(entry)}`));
    button.addEventListener('click', () => this.#give(entry));
    this.#place.replaceChildren(h('p', {}, this.#t('give.card', { name: entry.name })), button, this.#outcome, this.#terminal(entry));
  }

  /** Tell the till that a card was seen on the phone at that time (performance.now()). */
  shown({ serial, at }) {
    const pressed = this.#pressed.get(serial);
    if (pressed === undefined) return;
    this.#pressed.delete(serial);
    const seconds = this.#number.format((at - pressed) / 1000);
    this.#outcome.replaceChildren(
      h('p.figure', { 'aria-hidden': 'true' }, h('b', {}, seconds), ` ${this.#t('give.second')} `, h('span.muted', {}, this.#t('give.took'))),
      h('p.unseen', {}, this.#t('give.took.spoken', { seconds })),
    );
  }

  async #give(entry) {
    const { serial } = entry;
    const started = performance.now();
    this.#pressed.set(serial, started);
    this.#outcome.replaceChildren();
    this.#giving();
    const answer = await post('/local/phone/earn', { serial });
    this.#note(kindOf(entry) === 'points' ? 'earn.points' : 'earn', answer);
    if (answer.status !== 200) {
      this.#pressed.delete(serial);
      this.#outcome.replaceChildren(h('p.error', {}, this.#t('give.failed', { detail: answer.json?.detail ?? answer.status })));
    } else if (this.#pressed.get(serial) === started) {
      this.#outcome.replaceChildren(h('p.muted', {}, this.#t('give.waiting')));
    }
  }

  #terminal(entry) {
    const command = this.#command(entry);
    const copy = h('button', { type: 'button', 'data-action': 'copy' }, icon('copy'), this.#t('give.copy'));
    copy.addEventListener('click', async () => {
      await navigator.clipboard.writeText(command);
      copy.replaceChildren(icon('copy'), this.#t('give.copied'));
    });
    return h('details.terminal', {}, h('summary', {}, this.#t('give.curl')), h('pre.mono', {}, h('code', {}, command)), copy);
  }

  #command({ serial, kind, fields }) {
    const gift = kindOf({ kind, fields }) === 'stamps' ? '{"stamps": 1}' : '{"points": 10}';
    return [
      `curl ${this.demo.base_url}/api/v1/cards/${serial}/earn`,
      `  -H "Authorization: Bearer ${this.demo.api_key}"`,
      '  -H "Idempotency-Key: $(date +%s)"',
      '  -H "Content-Type: application/json"',
      `  -d '${gift}'`,
    ].join(' \\\n');
  }
}

/** Send JSON to this world: {status, json, method, url, ms}. */
export async function post(url, body) {
  const started = performance.now();
  const answer = { method: 'POST', url, status: 0, json: null };
  try {
    const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    answer.status = response.status;
    answer.json = await response.json();
  } catch {
    // no answer (status 0), or none in JSON
  }
  return { ...answer, ms: performance.now() - started };
}

/** Tell a stamp card from a points card where nobody said: it counts up to something, as in "3 / 10". */
function kindOf({ kind, fields }) {
  return kind ?? (fields.headerFields.some(({ value }) => /^\d+ \/ \d+$/.test(value)) ? 'stamps' : 'points');
}
