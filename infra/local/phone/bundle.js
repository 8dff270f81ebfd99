// Opens a .pkpass and refuses what Wallet refuses, each with its reason: Wallet itself gives none.

import { Refusal } from './refusal.js';
import { checkSignature } from './signature.js';
import { unzip } from './zip.js';

export const STYLES = ['storeCard', 'coupon', 'generic', 'eventTicket', 'boardingPass'];
export const GROUPS = ['headerFields', 'primaryFields', 'secondaryFields', 'auxiliaryFields', 'backFields'];
const NOT_LISTED = ['manifest.json', 'signature'];
const TEXTS = ['passTypeIdentifier', 'serialNumber', 'teamIdentifier', 'organizationName', 'description'];
const TOKEN_LENGTH_MIN = 16;

/** Open a pass: {files, pass, style}. `root` as DER checks the signature too. Throws a Refusal. */
export async function openBundle(bytes, { root = null, now = Date.now() } = {}) {
  const files = await unzip(bytes);
  await checkManifest(files);
  const pass = parsed(files, 'pass.json');
  const style = checkPass(pass);
  if (!['icon.png', 'icon@2x.png', 'icon@3x.png'].some((name) => files.has(name))) {
    throw new Refusal('refused.icon');
  }
  if (root) {
    const [manifest, signature] = [files.get('manifest.json'), files.get('signature')];
    await checkSignature({ manifest, signature, pass, root, now });
  }
  return { files, pass, style };
}

async function checkManifest(files) {
  const manifest = parsed(files, 'manifest.json');
  if (!files.get('signature')?.length) throw new Refusal('refused.unsigned');
  for (const name of Object.keys(manifest)) {
    if (!files.has(name)) throw new Refusal('refused.missing', { name });
  }
  for (const [name, bytes] of files) {
    if (NOT_LISTED.includes(name)) continue;
    if (!Object.hasOwn(manifest, name)) throw new Refusal('refused.extra', { name });
    if ((await sha1(bytes)) !== manifest[name]) throw new Refusal('refused.hash', { name });
  }
}

async function sha1(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function parsed(files, name) {
  if (!files.has(name)) throw new Refusal('refused.missing', { name });
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(files.get(name)));
    if (value && typeof value === 'object' && !Array.isArray(value)) return value;
  } catch {
    // said below, as for JSON that is not an object
  }
  throw new Refusal('refused.json', { name });
}

function checkPass(pass) {
  if (pass.formatVersion !== 1) throw new Refusal('refused.key', { key: 'formatVersion' });
  for (const key of TEXTS) {
    if (typeof pass[key] !== 'string' || !pass[key]) throw new Refusal('refused.key', { key });
  }
  if (pass.webServiceURL !== undefined && String(pass.authenticationToken ?? '').length < TOKEN_LENGTH_MIN) {
    throw new Refusal('refused.key', { key: 'authenticationToken' });
  }
  const styles = STYLES.filter((style) => pass[style] && typeof pass[style] === 'object');
  if (styles.length !== 1) throw new Refusal('refused.style');
  checkFields(pass[styles[0]]);
  return styles[0];
}

function checkFields(groups) {
  const keys = new Set();
  for (const group of GROUPS) {
    for (const field of groups[group] ?? []) {
      if (typeof field?.key !== 'string' || keys.has(field.key) || !('value' in field)) {
        throw new Refusal('refused.field', { key: String(field?.key) });
      }
      keys.add(field.key);
    }
  }
}
