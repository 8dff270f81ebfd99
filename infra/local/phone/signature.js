// Checks the signature of a pass as Wallet does: a detached CMS over manifest.json (RFC 5652), by a pass certificate
// whose UID and OU are those of pass.json, under an intermediate in the signature, under a root that is trusted.

import { children, dotted, nameAttribute, read, same, time } from './der.js';
import { Refusal } from './refusal.js';

const UID = '0.9.2342.19200300.100.1.1';
const OU = '2.5.4.11';
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const DATA = '1.2.840.113549.1.7.1';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_TIME = '1.2.840.113549.1.9.5';
const SET = 0x31;

const RSA = (hash) => ({ name: 'RSASSA-PKCS1-v1_5', hash });
const ALGORITHMS = {
  '1.2.840.113549.1.1.1': RSA('SHA-256'), // rsaEncryption, as a SignerInfo names it
  '1.2.840.113549.1.1.11': RSA('SHA-256'),
  '1.2.840.113549.1.1.12': RSA('SHA-384'),
  '1.2.840.113549.1.1.13': RSA('SHA-512'),
};

/** Check the signature. `root` is a DER certificate; `now` in milliseconds. Throws a Refusal. */
export async function checkSignature({ manifest, signature, pass, root, now }) {
  try {
    const signed = parse(signature);
    await checkSigner(signed, manifest);
    checkNames(signed.leaf, pass);
    checkDates(signed.leaf, now);
    await checkChain(signed, certificate(read(root)));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('refused.signature'); // not DER, another shape, another kind of key
  }
}

function parse(signature) {
  const [type, wrapped] = children(read(signature).content);
  const [, , encapsulated, ...rest] = children(read(wrapped.content).content);
  const [inside, attached] = children(encapsulated.content);
  if (attached) throw new Refusal('refused.attached');
  agree(dotted(type.content) === SIGNED_DATA && dotted(inside.content) === DATA);
  const certificates = children(rest[0].content).map(certificate);
  const [signer] = children(rest.at(-1).content);
  const [, issuerAndSerial, , signedAttributes, algorithm, value] = children(signer.content);
  const [issuer, serial] = children(issuerAndSerial.content);
  const leaf = certificates.find((c) => same(c.issuer, issuer.whole) && same(c.serial, serial.whole));
  return { leaf, certificates, signedAttributes, algorithm, value: value.content };
}

function certificate(value) {
  const [body, algorithm, bits] = children(value.content);
  const [, serial, named, issuer, validity, subject, key] = children(body.content);
  agree(same(algorithm.whole, named.whole));
  return {
    body: body.whole,
    algorithm,
    value: bits.content.subarray(1), // a bit string starts with the number of bits that do not count
    serial: serial.whole,
    issuer: issuer.whole,
    subject: subject.whole,
    name: subject.content,
    dates: children(validity.content).map(time),
    key: key.whole,
  };
}

async function checkSigner({ leaf, signedAttributes, algorithm, value }, manifest) {
  const attributes = new Map(
    children(signedAttributes.content).map((attribute) => {
      const [type, values] = children(attribute.content);
      return [dotted(type.content), read(values.content)];
    }),
  );
  if (!attributes.has(SIGNING_TIME)) throw new Refusal('refused.untimed');
  agree(dotted(attributes.get(CONTENT_TYPE).content) === DATA);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', manifest));
  if (!same(attributes.get(MESSAGE_DIGEST).content, digest)) throw new Refusal('refused.manifest');
  const asSet = Uint8Array.from(signedAttributes.whole);
  asSet[0] = SET; // RFC 5652, 5.4: signed as a SET OF, carried as [0]
  await verify(leaf, algorithm, value, asSet);
}

function checkNames({ name }, pass) {
  if (nameAttribute(name, UID) !== pass.passTypeIdentifier) throw new Refusal('refused.type');
  if (nameAttribute(name, OU) !== pass.teamIdentifier) throw new Refusal('refused.team');
}

function checkDates({ dates: [from, until] }, now) {
  if (!(from <= now && now <= until)) throw new Refusal('refused.expired');
}

async function checkChain({ leaf, certificates }, root) {
  const between = certificates.find((c) => same(c.subject, leaf.issuer));
  if (!between || !same(between.issuer, root.subject)) throw new Refusal('refused.chain');
  await verify(between, leaf.algorithm, leaf.value, leaf.body);
  await verify(root, between.algorithm, between.value, between.body);
}

async function verify({ key }, algorithm, value, signed) {
  const named = ALGORITHMS[dotted(read(algorithm.content).content)];
  const imported = await crypto.subtle.importKey('spki', key, named, false, ['verify']);
  agree(await crypto.subtle.verify(named, imported, value, signed));
}

function agree(fact) {
  if (!fact) throw new Refusal('refused.signature');
}

/** Read the first certificate of a PEM text, as DER. */
export function fromPem(text) {
  const [, base64] = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(text) ?? [];
  return Uint8Array.from(atob(base64.replace(/\s/g, '')), (c) => c.charCodeAt(0));
}
