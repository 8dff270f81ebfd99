// What the page tells those who watch it of a card that can be seen now: `detail` of 'stempel:shown'.

/** Describe a card; `at` is when it was painted (performance.now()), null if that is not what is asked. */
export function shownDetail(entry, at) {
  const time = performance.timeOrigin + at;
  if (entry.wallet === 'google') {
    const { object, serial, balance } = entry;
    return { kind: 'google', object, serial, fields: { balance: balance?.value }, at, time };
  }
  const { serial, lastModified, fields } = entry;
  return { kind: 'apple', serial, version: lastModified, fields: valuesOf(Object.values(fields).flat()), at, time };
}

function valuesOf(fields) {
  return Object.fromEntries(fields.map(({ key, value }) => [key, value]));
}
