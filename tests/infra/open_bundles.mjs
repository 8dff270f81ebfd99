// Opens each .pkpass named after the root's PEM file, as the phone does; prints for each why it is refused, or null.

import { readFileSync } from 'node:fs';

const { openBundle } = await import('../../infra/local/phone/bundle.js');
const { fromPem } = await import('../../infra/local/phone/signature.js');

const [rootFile, ...files] = process.argv.slice(2);
const root = fromPem(readFileSync(rootFile, 'utf8'));
const reasons = [];
for (const file of files) {
  const opened = openBundle(new Uint8Array(readFileSync(file)), { root });
  reasons.push(await opened.then(() => null, (error) => error.reason ?? String(error)));
}
process.stdout.write(JSON.stringify(reasons));
