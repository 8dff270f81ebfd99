// Puts the phone together and switches it on: names from the push service, passes from the store, a line for pushes.

import { AppleLook } from './apple_look.js';
import { Cards } from './cards.js';
import { choices, webLink } from './choices.js';
import { h, still } from './dom.js';
import { Pictures } from './face.js';
import { Give, post } from './give.js';
import { GoogleLook } from './google_look.js';
import { GoogleWallet } from './google_wallet.js';
import { Log } from './log.js';
import { Notices } from './notice.js';
import { Refusal } from './refusal.js';
import { Screen } from './screen.js';
import { Service } from './service.js';
import { Sheet } from './sheet.js';
import { shownDetail } from './shown.js';
import { fromPem } from './signature.js';
import { Store } from './store.js';
import { localeOf, translatorOf } from './texts.js';
import { Wallet } from './wallet.js';

const AGAIN_MS = 2_000;
const SAVED_MS_MAX = 10_000;
const SAVE_PATH = '/google/save/';

const by = (id) => document.getElementById(id);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const language = document.documentElement.lang;
const words = JSON.parse(by('words').textContent);
const locale = localeOf(language);
const t = translatorOf(words, language);

const log = new Log({ place: by('log'), t, words, locale });
const note = log.note.bind(log);
const store = new Store(localStorage);
const service = new Service({ fetch: reach, note, wait: sleep });
const wallet = new Wallet({ service, store, fetch: reach, root, note, language });
const google = new GoogleWallet({ note, language });
const cards = new Cards(wallet, google);
const looks = {
  apple: new AppleLook({ wallet, pictures: new Pictures(), language, t }),
  google: new GoogleLook({ wallet: google, address: here, t }),
};
const sheet = new Sheet(by('sheet'), by('screen'));
const notices = new Notices(by('notice'));
const give = new Give({ place: by('give'), t, note, locale, giving: lookAtPhone });
const screen = new Screen({ place: by('screen'), cards, looks, t, welcome: offers });

const heardAt = { apple: null, google: null }; // when news last came

let programs = [];
let android = false;
let trusted = null;

/** Where an address is found: the world's own under the name by which this page was opened. */
function here(url) {
  const address = new URL(url, location.href);
  const own = new URL(document.body.dataset.base);
  return address.origin === own.origin ? location.origin + address.pathname + address.search : address.href;
}

function reach(url, options) {
  return fetch(here(url), options);
}

async function root() {
  if (!trusted) {
    const response = await fetch('/local/phone/root');
    trusted = response.status === 200 ? fromPem(await response.text()) : null;
  }
  return trusted;
}

function offers() {
  return choices({ programs, android, t, takeProgram, takeLink: take });
}

function offerSheet() {
  sheet.show({ title: t('add.title'), body: offers(), actions: [cancel()] });
}

async function takeProgram({ id, kind }, phone) {
  sheet.show({ title: t('add.fetching'), actions: [cancel()] });
  const { status, json } = await post(`/local/phone/${phone === 'android' ? 'android/' : ''}demo`, { program_id: id });
  if (status === 201) await take(json.url, kind);
  else refused(new Refusal('refused.shop', { detail: json?.detail ?? String(status) }));
}

/** A link of Google Wallet leads to Google, which saves the card; any other is that of a pass. */
async function take(url, kind = null) {
  if (new URL(url).pathname.startsWith(SAVE_PATH)) await save(url);
  else await preview(url, kind);
}

/** Open a save link as a browser does: by way of our server to Google, whose answer is not ours to read. */
async function save(url) {
  sheet.show({ title: t('add.saving'), actions: [cancel()] });
  const saved = new Promise((done) => google.addEventListener('saved', () => done(true), { once: true }));
  const response = await fetch(here(url), { mode: 'no-cors', credentials: 'omit' }).catch(() => null);
  if (response === null) refused(new Refusal('refused.unreachable'));
  else if (response.type === 'basic') refused(new Refusal('refused.fetch', { status: String(response.status) }));
  else if (!(await Promise.race([saved, sleep(SAVED_MS_MAX)]))) refused(new Refusal('refused.google'));
}

async function preview(url, kind = null) {
  sheet.show({ title: t('add.fetching'), actions: [cancel()] });
  try {
    const entry = await wallet.download(url, kind);
    const known = wallet.pass(entry.id) !== undefined;
    const add = h('button.btn-primary', { type: 'button', 'data-action': 'confirm' }, t(known ? 'add.again' : 'add.confirm'));
    add.addEventListener('click', () => keep(entry));
    const face = h('div.preview', { inert: true }, looks.apple.front(entry));
    sheet.show({ title: t('add.title'), body: [face], actions: [cancel(), add] });
  } catch (error) {
    refused(error);
  }
}

async function keep(entry) {
  sheet.close();
  const adding = wallet.add(entry);
  screen.show(entry.id);
  await adding.catch(refused);
}

function refused(error) {
  if (!(error instanceof Refusal)) throw error;
  const close = h('button', { type: 'button', 'data-action': 'close' }, t('refused.close'));
  close.addEventListener('click', () => sheet.close());
  const reason = h('p.reason', { 'data-reason': error.reason }, t(error.reason, error.values));
  sheet.show({ title: t('refused.title'), body: [h('p.muted', {}, t('refused.why')), reason], actions: [close] });
}

function cancel(words = t('add.cancel')) {
  const button = h('button', { type: 'button', 'data-action': 'cancel' }, words);
  button.addEventListener('click', () => sheet.close());
  return button;
}

function askToRemove({ detail: entry }) {
  const remove = h('button.btn-danger', { type: 'button', 'data-action': 'confirm-remove' }, t('pass.remove'));
  remove.addEventListener('click', () => {
    sheet.close();
    looks[entry.wallet].remove(entry);
  });
  sheet.show({ title: t('pass.sure'), body: [h('p.muted', {}, t('pass.sure.hint'))], actions: [cancel(t('pass.keep')), remove] });
}

async function renewed({ detail }) {
  const { after, message } = detail;
  const look = looks[after.wallet];
  const heard = heardAt[after.wallet];
  if (message !== null) {
    notices.show({ image: look.icon(after), name: look.words(after).issuer, words: message || t('notice.generic'), when: t('notice.now'), open: () => screen.show(after.id) });
  }
  if (!(await screen.renew(detail))) return;
  const at = performance.now();
  if (heard !== null && detail.changed.length) note(after.wallet === 'google' ? 'google.shown' : 'shown', null, { ms: Math.round(at - heard) });
  announce('stempel:shown', shownDetail(after, at));
  give.shown({ serial: after.serial, at });
}

/** A card was saved in Google Wallet: open it, and say so once it can be seen. */
async function saved({ detail: { entry } }) {
  sheet.close();
  screen.show(entry.id);
  if (await screen.renew({ after: entry, changed: [] })) announce('stempel:shown', shownDetail(entry, performance.now()));
}

function announce(name, detail) {
  window.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Where the phone fills the window, the till lies below it: bring the phone back into sight. */
function lookAtPhone() {
  if (matchMedia('(max-width: 47.99rem)').matches) {
    by('glass').scrollIntoView({ behavior: still() ? 'auto' : 'smooth' });
  }
}

/** Get this phone's names, the same as before where it has some, and listen for pushes. */
async function connect() {
  const { status, json } = await post('/local/phone/devices', store.identity ?? {});
  if (status !== 201) {
    lineIs('off');
    await sleep(AGAIN_MS);
    return connect();
  }
  store.identity = wallet.identity = json;
  return listen(new EventSource(`/local/phone/events?device=${json.device}`));
}

function listen(line) {
  line.addEventListener('open', () => {
    lineIs('on');
    wallet.check(); // what came while the phone was off may have been more than the pushes that waited
    google.load();
  });
  line.addEventListener('push', ({ data }) => pushed(JSON.parse(data)));
  line.addEventListener('google', ({ data }) => {
    heardAt.google = performance.now();
    google.news(JSON.parse(data));
  });
  line.addEventListener('error', () => {
    lineIs('off');
    if (line.readyState === EventSource.CLOSED) sleep(AGAIN_MS).then(connect);
  });
}

function lineIs(state) {
  const { dataset } = document.body;
  if (dataset.state === state) return;
  if (state === 'off') note('lost', null);
  else note(dataset.state === 'starting' ? 'on' : 'back', null);
  dataset.state = state;
  by('line').className = state === 'on' ? 'tag tag-good' : 'tag tag-warn';
  by('line').textContent = t(`phone.${state}`);
}

async function pushed({ topic, stored, number }) {
  heardAt.apple = performance.now();
  post('/local/phone/taken', { device: wallet.identity.device, topic, number });
  note(stored ? 'push.stored' : 'push', null);
  announce('stempel:push', { topic, stored, at: heardAt.apple });
  await wallet.pushed(topic);
}

async function openShop() {
  const response = await fetch('/local/phone/demo').catch(() => null);
  const demo = response?.ok ? await response.json() : { programs: [] };
  if (demo.programs.length === 0) return sleep(AGAIN_MS).then(openShop);
  ({ programs, android } = demo);
  give.demo = demo;
  give.draw(screen.selected, { anew: true });
  if (cards.passes.length === 0) screen.draw();
  return undefined;
}

function tick() {
  const now = new Date();
  by('clock').textContent = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', hour12: false }).format(now);
  setTimeout(tick, 60_000 - (now % 60_000));
}

async function switchOn() {
  tick();
  for (const each of [wallet, google]) {
    each.addEventListener('passes', () => {
      screen.draw();
      give.draw(screen.selected);
    });
    each.addEventListener('changed', renewed);
  }
  google.addEventListener('saved', saved);
  screen.addEventListener('selected', () => give.draw(screen.selected));
  screen.addEventListener('add', offerSheet);
  screen.addEventListener('remove', askToRemove);
  window.addEventListener('storage', ({ key }) => key?.startsWith('stempel.pass.') && wallet.wake());
  wallet.identity = store.identity;
  await Promise.all([wallet.wake(), google.load()]);
  if (cards.passes.length === 1) screen.show(cards.passes[0].id);
  await connect();
  openShop();
  const asked = new URLSearchParams(location.search);
  const link = webLink(asked.get('add') ?? '');
  const entry = google.pass(`google/${asked.get('android')}`);
  if (link || entry) history.replaceState(null, '', `${location.pathname}?lang=${language}`);
  if (entry) {
    note('google.saved', null);
    await saved({ detail: { entry } });
  }
  if (link) await take(link);
}

window.stempelPhone = {
  get identity() {
    return wallet.identity;
  },
  get passes() {
    return wallet.passes.map((entry) => shownDetail(entry, null));
  },
  get objects() {
    return google.passes.map((entry) => shownDetail(entry, null));
  },
};

if (globalThis.crypto?.subtle) switchOn();
else by('screen').replaceChildren(h('p.empty', {}, t('phone.insecure')));
