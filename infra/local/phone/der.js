// As much DER as a pass's signature needs: values one after another, names, dates, algorithms.

const decoder = new TextDecoder();

export class BadDer extends Error {}

/** Read the value at `at`: its tag, its content, the whole of it, and where the next one starts. */
export function read(bytes, at = 0) {
  let length = bytes[at + 1];
  let start = at + 2;
  if (length > 0x80) {
    const digits = length & 0x7f;
    length = 0;
    for (let i = 0; i < digits; i++) length = length * 256 + bytes[start + i];
    start += digits;
  }
  const end = start + length;
  if (!(end <= bytes.length) || bytes[at + 1] === 0x80) throw new BadDer('cut short');
  return { tag: bytes[at], content: bytes.subarray(start, end), whole: bytes.subarray(at, end), end };
}

/** Read all values inside a constructed one. */
export function children(bytes) {
  const values = [];
  for (let at = 0; at < bytes.length; ) {
    const value = read(bytes, at);
    values.push(value);
    at = value.end;
  }
  return values;
}

/** Write an object identifier's content in dots. */
export function dotted(content) {
  const numbers = [];
  let number = 0;
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f);
    if (!(byte & 0x80)) {
      numbers.push(number);
      number = 0;
    }
  }
  const top = Math.min(2, Math.floor(numbers[0] / 40));
  return [top, numbers[0] - top * 40, ...numbers.slice(1)].join('.');
}

/** Find an attribute of a distinguished name, as text. */
export function nameAttribute(name, oid) {
  for (const set of children(name)) {
    for (const pair of children(set.content)) {
      const [type, value] = children(pair.content);
      if (dotted(type.content) === oid) return decoder.decode(value.content);
    }
  }
  return undefined;
}

/** Read UTCTime (tag 23, two digits of year) or GeneralizedTime (tag 24), in milliseconds. */
export function time({ tag, content }) {
  const text = decoder.decode(content);
  const digits = tag === 23 ? (text < '5' ? '20' : '19') + text : text;
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits) ?? [];
  const [year, month, day, ...clock] = parts.map(Number);
  return Date.UTC(year, month - 1, day, ...clock);
}

export function same(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
