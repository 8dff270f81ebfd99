// What a LoyaltyObject with its LoyaltyClass says, as Google Wallet says it to a reader of one language.

import { localeOf } from './texts.js';

const BALANCE_PATH = 'object.loyaltyPoints.balance';
const MODULE_PATH = /^object\.textModulesData\['([A-Za-z0-9_-]+)'\]$/;
const ITEMS = ['item', 'startItem', 'middleItem', 'endItem'];
const COLOR = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;

/** Read one object of Google's API: what the screen, the till and the log need of it. */
export function readCard(document, language) {
  const { classReference: shared } = document;
  const balance = balanceOf(document.loyaltyPoints, language);
  const modules = (document.textModulesData ?? []).map((module) => moduleOf(module, language));
  return {
    wallet: 'google', id: `google/${document.id}`, object: document.id, serial: document.id.split('.')[1],
    document, balance, modules,
    kind: / \/ /.test(balance?.value ?? '') ? 'stamps' : 'points',
    live: (document.state ?? 'ACTIVE') === 'ACTIVE',
    issuer: said(shared.localizedIssuerName, shared.issuerName, language),
    name: said(shared.localizedProgramName, shared.programName, language),
    color: colorOf(shared.hexBackgroundColor),
    logo: picture(shared.programLogo, language), hero: picture(document.heroImage, language),
    rows: rowsOf(shared, balance, modules),
    links: (document.linksModuleData?.uris ?? []).map(({ uri, description }) => ({ uri, label: description ?? '' })),
  };
}

/** Compare two cards: the fields, by key, whose value is not what it was. */
export function changedFields(before, after) {
  const old = new Map(fieldsOf(before).map(({ key, value }) => [key, value]));
  return fieldsOf(after).filter(({ key, value }) => old.get(key) !== value);
}

function fieldsOf({ balance, modules }) {
  return [...(balance ? [balance] : []), ...modules];
}

function said(localized, plain, language) {
  const all = [...(localized?.translatedValues ?? []), localized?.defaultValue].filter(Boolean);
  return (all.find((one) => one.language?.split('-')[0] === language) ?? localized?.defaultValue)?.value ?? plain ?? '';
}

function balanceOf(points, language) {
  if (!points) return null;
  const { string, int, double, money } = points.balance;
  const number = new Intl.NumberFormat(localeOf(language));
  const value = string ?? (money ? moneyOf(money, language) : number.format(int ?? double));
  return { key: 'balance', label: said(points.localizedLabel, points.label, language), value };
}

function moneyOf({ micros, currencyCode: currency }, language) {
  return new Intl.NumberFormat(localeOf(language), { style: 'currency', currency }).format(micros / 1_000_000);
}

function moduleOf({ id, header, localizedHeader, body, localizedBody }, language) {
  return { key: id, label: said(localizedHeader, header, language), value: said(localizedBody, body, language) };
}

/** The rows that the class's template asks for; without one, as Google does it: the balance alone. */
function rowsOf({ classTemplateInfo }, balance, modules) {
  const rows = classTemplateInfo?.cardTemplateOverride?.cardRowTemplateInfos;
  const field = (path) => (path === BALANCE_PATH ? balance : modules.find(({ key }) => key === MODULE_PATH.exec(path)?.[1]));
  const named = rows ? rows.map((row) => pathsOf(Object.values(row)[0])) : [[BALANCE_PATH]];
  return named.map((paths) => paths.map(field).filter(Boolean)).filter((row) => row.length);
}

function pathsOf(row) {
  return ITEMS.map((item) => row[item]?.firstValue?.fields?.[0]?.fieldPath).filter(Boolean);
}

function picture(image, language) {
  return image && { url: image.sourceUri.uri, words: said(image.contentDescription, '', language) };
}

function colorOf(hex) {
  const match = COLOR.exec(hex ?? '');
  return match && `rgb(${match.slice(1).map((part) => parseInt(part, 16)).join(', ')})`;
}
