// What a pass says, as the phone says it: translated by the pass, formatted for the reader, compared with before.

import { GROUPS } from './bundle.js';
import { localeOf } from './texts.js';

const DATE_STYLES = { PKDateStyleShort: 'short', PKDateStyleMedium: 'medium', PKDateStyleLong: 'long', PKDateStyleFull: 'full' };
const NUMBER_STYLES = {
  PKNumberStyleDecimal: { style: 'decimal' },
  PKNumberStylePercent: { style: 'percent' },
  PKNumberStyleScientific: { notation: 'scientific' },
};
const ZONED_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Read the pass's own translations for a language, else for English: a function from text to text. */
export function translator(files, language) {
  const bytes = files.get(`${language}.lproj/pass.strings`) ?? files.get('en.lproj/pass.strings');
  const strings = bytes ? parseStrings(decoded(bytes)) : new Map();
  return (text) => (typeof text === 'string' ? (strings.get(text) ?? text) : text);
}

function decoded(bytes) {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}

function parseStrings(text) {
  const unescaped = (part) => part.replace(/\\(.)/gs, (_, c) => ({ n: '\n', r: '\r', t: '\t' })[c] ?? c);
  const pairs = text.matchAll(/"((?:[^"\\]|\\.)*)"\s*=\s*"((?:[^"\\]|\\.)*)"\s*;/gs);
  return new Map(Array.from(pairs, ([, key, value]) => [unescaped(key), unescaped(value)]));
}

/** Give the fields of a pass by group, ready to be shown: {key, label, value, changeMessage, ...}. */
export function shownFields(opened, language) {
  const translate = translator(opened.files, language);
  const groups = opened.pass[opened.style];
  const shown = (field) => ({
    ...field,
    label: translate(field.label) ?? '',
    value: formatted({ ...field, value: translate(field.value) }, language),
    attributedValue: translate(field.attributedValue),
    changeMessage: translate(field.changeMessage),
  });
  return Object.fromEntries(GROUPS.map((group) => [group, (groups[group] ?? []).map(shown)]));
}

/** Write a field's value as iOS writes it in that language. */
export function formatted(field, language) {
  const { value } = field;
  if (typeof value === 'number') return new Intl.NumberFormat(localeOf(language), numberFormat(field)).format(value);
  const dated = field.dateStyle || field.timeStyle;
  if (dated && ZONED_DATE.test(value)) return dateText(field, language);
  return String(value ?? '');
}

function numberFormat({ currencyCode, numberStyle }) {
  if (/^[A-Z]{3}$/.test(currencyCode ?? '')) return { style: 'currency', currency: currencyCode };
  return NUMBER_STYLES[numberStyle] ?? { maximumFractionDigits: 20 };
}

function dateText({ value, dateStyle, timeStyle, ignoresTimeZone }, language) {
  const options = { dateStyle: DATE_STYLES[dateStyle], timeStyle: DATE_STYLES[timeStyle] };
  if (!options.dateStyle && !options.timeStyle) return '';
  // Without the time zone the wall clock of the value is meant, wherever the phone is.
  const wall = ignoresTimeZone ? value.replace(/(Z|[+-]\d\d:\d\d)$/, 'Z') : value;
  if (ignoresTimeZone) options.timeZone = 'UTC';
  return new Intl.DateTimeFormat(localeOf(language), options).format(new Date(wall));
}

/** Compare two shown passes: the fields, by key, whose value is not what it was. */
export function changedFields(before, after) {
  const flat = (fields) => GROUPS.flatMap((group) => fields[group]);
  const old = new Map(flat(before).map((field) => [field.key, field.value]));
  return flat(after).filter((field) => old.get(field.key) !== field.value);
}

/**
 * Say what iOS says of an update: null (nothing to say), a text (one field speaks), or '' for iOS's
 * generic words: several fields speak at once, or the message has no place for the value.
 */
export function changeMessage(changed) {
  const speaking = changed.filter((field) => field.changeMessage);
  if (speaking.length === 0) return null;
  const [{ changeMessage: message, value }] = speaking;
  return speaking.length === 1 && message.includes('%@') ? message.replaceAll('%@', () => value) : '';
}
