// The phone's modules by themselves, under Node: what needs no screen.

import assert from 'node:assert/strict';
import { test } from 'node:test';

const phone = (name) => import(`../../infra/local/phone/${name}.js`);
const { changeMessage, changedFields, formatted, translator } = await phone('fields');
const { runs } = await phone('links');
const { Service } = await phone('service');
const { changedPlaces } = await phone('stamps');
const { Store } = await phone('store');
const { localeOf, translatorOf } = await phone('texts');
const { served } = await phone('wallet');
const { dotted, time } = await phone('der');
const { webLink } = await phone('choices');
const google = await phone('google_card');

const bytes = (text) => new TextEncoder().encode(text);

const FORMATS = [
  [{ value: 'as it is' }, 'en', 'as it is'],
  [{ value: 1234567.5 }, 'en', '1,234,567.5'],
  [{ value: 12.5, currencyCode: 'PLN' }, 'pl', '12,50\u00a0zł'],
  [{ value: 0.25, numberStyle: 'PKNumberStylePercent' }, 'en', '25%'],
  [{ value: '2027-06-30T23:30:00Z', dateStyle: 'PKDateStyleShort', ignoresTimeZone: true }, 'en', '30/06/2027'],
  [{ value: '2027-06-30T01:00:00+02:00', dateStyle: 'PKDateStyleLong', ignoresTimeZone: true }, 'hu', '2027. június 30.'],
  [{ value: 'not a date', dateStyle: 'PKDateStyleShort' }, 'en', 'not a date'],
  [{ value: null }, 'en', ''],
];
for (const [field, language, expected] of FORMATS) {
  test(`a field is written as iOS writes it: ${expected || 'nothing'}`, () => {
    assert.equal(formatted(field, language), expected);
  });
}

const MESSAGES = [
  ['no field speaks', [{ value: '1' }], null],
  ['one field speaks', [{ value: '$& 2', changeMessage: 'Now %@, %@' }, { value: '3' }], 'Now $& 2, $& 2'],
  ['no place for the value', [{ value: '1', changeMessage: 'News' }], ''],
  ['two speak', [{ value: '1', changeMessage: '%@' }, { value: '2', changeMessage: '%@' }], ''],
  ['nothing changed', [], null],
];
for (const [name, changed, expected] of MESSAGES) {
  test(`what the banner says: ${name}`, () => assert.equal(changeMessage(changed), expected));
}

test('only fields with another value have changed', () => {
  const pass = (...values) => ({
    headerFields: [{ key: 'a', value: values[0] }], primaryFields: [], secondaryFields: [],
    auxiliaryFields: [], backFields: [{ key: 'b', value: values[1] }],
  });
  const keys = changedFields(pass('1', 'x'), pass('2', 'x')).map(({ key }) => key);
  assert.deepEqual(keys, ['a']);
});

test("a pass's own translations are found in its language, else in English", () => {
  const files = new Map([
    ['en.lproj/pass.strings', bytes('"HELLO" = "Say \\"hi\\"\\n";')],
    ['pl.lproj/pass.strings', Uint8Array.from([0xff, 0xfe, ...Buffer.from('"HELLO" = "Cześć";', 'utf16le')])],
  ]);
  assert.equal(translator(files, 'pl')('HELLO'), 'Cześć');
  assert.equal(translator(files, 'hu')('HELLO'), 'Say "hi"\n');
  assert.equal(translator(files, 'pl')('OTHER'), 'OTHER');
});

const RUNS = [
  [{ value: 'See https://a.test/x?y=1.' }, [{ text: 'See ' }, { text: 'https://a.test/x?y=1', href: 'https://a.test/x?y=1' }, { text: '.' }]],
  [{ value: 'Call +48 600 100 200' }, [{ text: 'Call ' }, { text: '+48 600 100 200', href: 'tel:+48600100200' }]],
  [{ value: 'https://a.test', dataDetectorTypes: [] }, [{ text: 'https://a.test' }]],
  [{ value: 'javascript:alert(1)' }, [{ text: 'javascript:alert(1)' }]],
  [{ value: '', attributedValue: "a <a href='https://a.test/?x=1&amp;y=2'>b &lt; c</a>" }, [{ text: 'a ' }, { text: 'b < c', href: 'https://a.test/?x=1&y=2' }]],
  [{ value: '', attributedValue: '<a href=" JavaScript:x()">b</a>' }, [{ text: '<a href=" JavaScript:x()">b</a>' }]],
  [{ value: '', attributedValue: '<a href="data:text/html,x">b</a>' }, [{ text: '<a href="data:text/html,x">b</a>' }]],
  [{ value: '' }, [{ text: '' }]],
];
for (const [field, expected] of RUNS) {
  test(`what can be tapped: ${field.attributedValue ?? field.value}`, () => assert.deepEqual(runs(field), expected));
}

test('new stamps are found one by one', () => {
  const [width, height] = [120, 60];
  const paper = new Uint8ClampedArray(width * height * 4).fill(250);
  const stamped = paper.slice();
  for (const [left, top] of [[6, 6], [60, 30]]) {
    for (let y = top; y < top + 18; y++) stamped.fill(20, (y * width + left) * 4, (y * width + left + 18) * 4);
  }
  assert.deepEqual(changedPlaces(paper, stamped, width, height), [
    { x: 6, y: 6, width: 18, height: 18 },
    { x: 60, y: 30, width: 18, height: 18 },
  ]);
  assert.deepEqual(changedPlaces(paper, paper, width, height), []);
});

test('words take their plural form and their values', () => {
  const words = { cards: { one: '{n} karta', few: '{n} karty', many: '{n} kart', other: '{n} karty' }, to: 'Do {name}' };
  const t = translatorOf(words, 'pl');
  assert.deepEqual([1, 3, 5, 1500].map((n) => t('cards', { n })), ['1 karta', '3 karty', '5 kart', '1500 kart']);
  assert.equal(t('to', { name: '{n}' }), 'Do {n}');
  assert.throws(() => t('nothing'));
  assert.equal(localeOf('en'), 'en-GB');
});

const SERVED = [
  ['https://a.test/apple', true], ['http://127.0.0.1:8000/apple', true], ['http://localhost/apple', true],
  ['http://a.test/apple', false], ['ftp://127.0.0.1', false], ['no address', false], [null, false],
];
for (const [url, expected] of SERVED) {
  test(`a web service is called, or not: ${url}`, () => assert.equal(served({ url }), expected));
}

test('only links of the web are taken', () => {
  assert.equal(webLink(' https://a.test/x.pkpass '), 'https://a.test/x.pkpass');
  assert.equal(webLink('https://a.test/api/c/0-x_9?welcome=email'), 'https://a.test/api/passes/0-x_9.pkpass');
  for (const text of ['', 'a.test', 'javascript:alert(1)', 'file:///x', 'https://']) assert.equal(webLink(text), null);
});

test('dates and names of certificates are read', () => {
  assert.equal(time({ tag: 23, content: bytes('270630120000Z') }), Date.UTC(2027, 5, 30, 12));
  assert.equal(time({ tag: 23, content: bytes('990630120000Z') }), Date.UTC(1999, 5, 30, 12));
  assert.equal(time({ tag: 24, content: bytes('20510630120000Z') }), Date.UTC(2051, 5, 30, 12));
  assert.equal(dotted(Uint8Array.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4])), '1.2.840.113549.1.9.4');
});

const PASS = { type: 'pass.a', serial: 's 1', url: 'https://a.test/apple/', token: 'secret' };
const PHONE = { device: 'd', pushToken: 'p' };

function scripted(...answers) {
  const seen = { calls: [], waits: [], notes: [] };
  const fetch = async (url, options) => {
    seen.calls.push({ url, ...options });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const wait = async (ms) => seen.waits.push(ms);
  const note = (what, { status }) => seen.notes.push(`${what} ${status}`);
  return { service: new Service({ fetch, note, wait }), seen };
}
const empty = (status) => new Response(null, { status });

test('a registration carries the token, whatever the slashes of the address', async () => {
  const { service, seen } = scripted(empty(201));
  assert.equal(await service.register(PASS, PHONE), true);
  const [call] = seen.calls;
  assert.equal(call.url, 'https://a.test/apple/v1/devices/d/registrations/pass.a/s%201');
  assert.equal(call.headers.Authorization, 'ApplePass secret');
  assert.deepEqual(JSON.parse(call.body), { pushToken: 'p' });
});

test('the tag and Last-Modified go back as they came', async () => {
  const { service, seen } = scripted(empty(204), empty(304));
  await service.list(PASS, PHONE, 'a+b c');
  await service.get(PASS, 'Sat, 21 Nov 2026 10:00:00 GMT');
  assert.ok(seen.calls[0].url.endsWith('?passesUpdatedSince=a%2Bb%20c'));
  assert.equal(seen.calls[0].headers, undefined);
  assert.equal(seen.calls[1].headers['If-Modified-Since'], 'Sat, 21 Nov 2026 10:00:00 GMT');
  assert.deepEqual(seen.calls.map(({ cache }) => cache), ['no-store', 'no-store']);
});

test('what may pass is tried again with growing delays, then given up and told', async () => {
  const { service, seen } = scripted(empty(500), new Error('down'), empty(429), empty(503), empty(200));
  assert.equal(await service.get(PASS, null), null);
  assert.deepEqual(seen.waits, [1000, 4000, 15000]);
  assert.deepEqual(seen.notes, ['get 500', 'get 0', 'get 429', 'get 503', 'report 200']);
  assert.match(JSON.parse(seen.calls.at(-1).body).logs[0], /encountered error: Unexpected response code 503$/);
});

test('a wrong token is not tried again', async () => {
  const { service, seen } = scripted(empty(401), empty(200));
  assert.equal(await service.get(PASS, null), null);
  assert.deepEqual(seen.notes, ['get 401', 'report 200']);
});

test('a list that is no list is told, not believed', async () => {
  const { service, seen } = scripted(new Response('{"serialNumbers": "s"}'), empty(200));
  assert.equal(await service.list(PASS, PHONE, null), null);
  assert.deepEqual(seen.notes, ['list 200', 'report 200']);
});

test('what is kept is found again, in the order of adding', () => {
  const kept = new Map();
  const storage = {
    get length() { return kept.size; },
    key: (i) => [...kept.keys()][i],
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  const store = new Store(storage);
  const all = Uint8Array.from({ length: 70_000 }, (_, i) => i);
  store.keep({ id: 'b', bytes: all, lastModified: 'x', updates: true, kind: null, addedAt: 2 });
  store.keep({ id: 'a', bytes: bytes('1'), lastModified: null, updates: false, kind: 'stamps', addedAt: 1 });
  store.setTag('k', 't');
  assert.deepEqual(store.passes().map(({ id }) => id), ['a', 'b']);
  assert.deepEqual(store.passes()[1].bytes, all);
  assert.equal(store.tag('k'), 't');
  store.forgetTag('k');
  store.drop('a');
  assert.equal(store.tag('k'), null);
  assert.deepEqual(store.passes().map(({ id }) => id), ['b']);
});

const OBJECT = {
  id: '33.abc', classId: '33.shop', state: 'ACTIVE',
  loyaltyPoints: { label: 'Stamps', balance: { string: '3 / 10' } },
  textModulesData: [
    { id: 'reward', header: 'Reward', localizedBody: { defaultValue: { language: 'en', value: 'Coffee' }, translatedValues: [{ language: 'pl-PL', value: 'Kawa' }] } },
    { id: 'next', header: 'Next', body: 'Seven more' },
  ],
  classReference: {
    issuerName: 'Lipowa', programName: 'Stamps of Lipowa', hexBackgroundColor: '#1f5b45',
    classTemplateInfo: { cardTemplateOverride: { cardRowTemplateInfos: [{ twoItems: {
      startItem: { firstValue: { fields: [{ fieldPath: 'object.loyaltyPoints.balance' }] } },
      endItem: { firstValue: { fields: [{ fieldPath: "object.textModulesData['reward']" }] } },
    } }] } },
  },
};

test('a card of Google Wallet is read in the reader\'s language, by the template of its class', () => {
  const card = google.readCard(OBJECT, 'pl');
  assert.deepEqual(card.rows.map((row) => row.map(({ label, value }) => [label, value])), [[['Stamps', '3 / 10'], ['Reward', 'Kawa']]]);
  assert.deepEqual([card.serial, card.kind, card.issuer, card.color], ['abc', 'stamps', 'Lipowa', 'rgb(31, 91, 69)']);
  assert.equal(google.readCard(OBJECT, 'hu').modules[0].value, 'Coffee');
});

test('a card of Google Wallet may say next to nothing', () => {
  const card = google.readCard({ id: '33.abc', state: 'INACTIVE', classReference: { issuerName: 'A', programName: 'B' } }, 'en');
  assert.deepEqual([card.rows, card.balance, card.hero, card.logo, card.live], [[], null, undefined, undefined, false]);
});

const BALANCES = [
  [{ int: 1234567 }, 'en', '1,234,567'],
  [{ int: 0 }, 'en', '0'],
  [{ double: 2.5 }, 'pl', '2,5'],
  [{ string: '99999999999' }, 'en', '99999999999'],
  [{ money: { micros: '12500000', currencyCode: 'PLN' } }, 'pl', '12,50\u00a0zł'],
];
for (const [balance, language, expected] of BALANCES) {
  test(`a balance is written as Google writes it: ${expected}`, () => {
    const card = google.readCard({ ...OBJECT, loyaltyPoints: { balance } }, language);
    assert.deepEqual([card.balance.value, card.kind], [expected, 'points']);
  });
}

test('only fields of a card of Google Wallet with another value have changed', () => {
  const after = { ...OBJECT, loyaltyPoints: { label: 'Stamps', balance: { string: '4 / 10' } } };
  const changed = google.changedFields(google.readCard(OBJECT, 'en'), google.readCard(after, 'en'));
  assert.deepEqual(changed.map(({ key }) => key), ['balance']);
});
