// "What just happened": every call between phone and server, newest first, in plain words.

import { h } from './dom.js';
import { kilobytes } from './wallet.js';

const ROWS_MAX = 80;

export class Log {
  #place;
  #t;
  #words;
  #clock;

  constructor({ place, t, words, locale }) {
    this.#place = place;
    this.#t = t;
    this.#words = words;
    this.#clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  }

  /** Note what happened: a call with its answer, or something else with none. */
  note(what, answer, values = {}) {
    const now = new Date();
    const row = h('li', { 'data-what': what, 'data-status': answer ? String(answer.status) : '' },
      badge(answer, what), h('p', {}, this.#said(what, answer, values)),
      h('time', { dateTime: now.toISOString() }, this.#clock.format(now)),
      values.words ? h('p.quote', {}, this.#t('log.report.said', values)) : null,
      answer ? h('p.call.mono', {}, call(answer)) : null);
    this.#place.querySelector('.empty')?.remove();
    this.#place.prepend(row);
    while (this.#place.children.length > ROWS_MAX) this.#place.lastElementChild.remove();
  }

  #said(what, answer, values) {
    if (what === 'refused') {
      const reason = this.#t(values.refusal.reason, values.refusal.values);
      return this.#t('log.refused', { reason });
    }
    if (answer?.status === 0) return this.#t('log.silent');
    const exact = answer && `log.${what}.${answer.status}`;
    if (exact in this.#words) return this.#t(exact, { ...counted(answer), ...values });
    if (answer && answer.status >= 300) return this.#t('log.failed', { status: String(answer.status) });
    return this.#t(`log.${what}`, values);
  }
}

function badge(answer, what) {
  if (!answer) return h(`span.dot.dot-${what.replace('.', '-')}`, { 'aria-hidden': 'true' });
  const good = answer.status > 0 && answer.status < 400;
  return h(`span.tag.${good ? 'tag-good' : 'tag-bad'}`, {}, answer.status ? String(answer.status) : '×');
}

function counted({ body }) {
  if (!body) return {};
  try {
    return { n: JSON.parse(new TextDecoder().decode(body)).serialNumbers.length };
  } catch {
    return { size: kilobytes(body) };
  }
}

function call({ method, url, ms }) {
  const { pathname, search } = new URL(url, location.href);
  const path = (pathname + search).replace(/[A-Za-z0-9_-]{20,}/g, (id) => `${id.slice(0, 8)}…`);
  const took = ms === undefined ? '' : ` · ${Math.max(1, Math.round(ms))} ms`;
  return `${method} ${path}${took}`;
}
