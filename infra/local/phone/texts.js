// The page's words in the reader's language, as the server put them into the page.

const LOCALES = { en: 'en-GB' };

/** The locale in which a language's numbers, dates and times are written. */
export function localeOf(language) {
  return LOCALES[language] ?? language;
}

/** Make t(key, values): fills {gaps}, and chooses the plural form by values.n where there are several. */
export function translatorOf(words, language) {
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(localeOf(language));
  const written = (value) => (typeof value === 'number' ? number.format(value) : String(value));
  return function t(key, values = {}) {
    const entry = words[key];
    if (entry === undefined) throw new Error(`no text for ${key}`);
    const text = typeof entry === 'string' ? entry : (entry[plural.select(values.n)] ?? entry.other);
    return text.replace(/\{(\w+)\}/g, (gap, name) => (name in values ? written(values[name]) : gap));
  };
}
