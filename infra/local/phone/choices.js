// Where cards come from: the demo shop's programmes, or the link of any card.

import { h, icon } from './dom.js';

/** Make the list of demo cards, for either phone if `android`, and the field for a link. */
export function choices({ programs, android, t, takeProgram, takeLink }) {
  const phones = android ? ['iphone', 'android'] : ['iphone'];
  return [
    programs.length
      ? h('ul.card.flush.rows', {}, programs.flatMap((program) => phones.map((phone) => choice(program, phone, t, takeProgram))))
      : h('p.muted', {}, t('add.starting')),
    linkForm(t, takeLink),
  ];
}

function choice(program, phone, t, takeProgram) {
  const name = phone === 'android' ? 'data-android' : 'data-program';
  const button = h('button.choice', { type: 'button', [name]: program.id },
    icon(program.kind === 'stamps' ? 'stamp' : 'card'),
    h('span.grow', {}, h('b', {}, t(`add.${program.kind}`)), h('small', {}, t(`add.on.${phone}`))),
    icon('next'));
  button.addEventListener('click', () => takeProgram(program, phone));
  return h('li', {}, button);
}

function linkForm(t, takeLink) {
  const error = h('p.error', { id: 'link-error', hidden: true }, t('add.bad'));
  const input = h('input', { id: 'link', type: 'url', inputMode: 'url', autocomplete: 'off', spellcheck: false, 'aria-describedby': 'link-hint' });
  const form = h('form.field.link', { noValidate: true },
    h('label', { htmlFor: 'link' }, t('add.link')),
    h('div.row', {}, input, h('button', { type: 'submit' }, t('add.fetch'))),
    h('small', { id: 'link-hint' }, t('add.hint')), error);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const url = webLink(input.value);
    error.hidden = url !== null;
    input.setAttribute('aria-invalid', String(url === null));
    input.setAttribute('aria-describedby', url ? 'link-hint' : 'link-error');
    if (url) takeLink(url);
    else input.focus();
  });
  return form;
}

/** Read a link of the web, or null for anything else. That of a customer's card page stands for its Apple pass. */
export function webLink(text) {
  const trimmed = text.trim();
  if (!/^https?:\/\//i.test(trimmed) || !URL.canParse(trimmed)) return null;
  return trimmed.replace(/\/c\/([\w-]+)(\?.*)?$/, '/passes/$1.pkpass');
}
