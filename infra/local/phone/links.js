// Finds what can be tapped on the back of a pass. Only addresses that are safe to open become links; whatever
// else a pass holds, tags and scripts among it, is shown as the text it is.

export const SAFE = /^(https?:\/\/|mailto:|tel:)/i;
const ANCHOR = /<a\s+href\s*=\s*(["'])(.*?)\1\s*>(.*?)<\/a>/gis;
const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const DETECTORS = {
  PKDataDetectorTypeLink: { pattern: /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)]/gi, href: (text) => text },
  PKDataDetectorTypePhoneNumber: { pattern: /\+\d[\d -]{6,16}\d/g, href: (text) => `tel:${text.replace(/[ -]/g, '')}` },
};

/** Split a field into runs of {text} and {text, href}, in order. */
export function runs({ value, attributedValue, dataDetectorTypes = Object.keys(DETECTORS) }) {
  if (typeof attributedValue === 'string') return anchors(attributedValue);
  const detectors = dataDetectorTypes.map((type) => DETECTORS[type]).filter(Boolean);
  return detectors.reduce(detected, [{ text: value }]);
}

function anchors(html) {
  return split(html, ANCHOR, ([whole, , href, text]) => {
    const address = unescaped(href).trim();
    return SAFE.test(address) ? { text: unescaped(text), href: address } : { text: whole };
  }).map((run) => (run.href ? run : { text: unescaped(run.text) }));
}

function detected(found, { pattern, href }) {
  return found.flatMap((run) =>
    run.href ? [run] : split(run.text, pattern, ([text]) => ({ text, href: href(text) })),
  );
}

function split(text, pattern, link) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index) });
    parts.push(link(match));
    at = match.index + match[0].length;
  }
  if (at < text.length || parts.length === 0) parts.push({ text: text.slice(at) });
  return parts;
}

function unescaped(text) {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]);
}
