// Reads a zip as strictly as Wallet does: flat, plain names, stored or deflated, every checksum right.
// Layout: PKWARE APPNOTE 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end record).

import { Refusal } from './refusal.js';

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const UNZIPPED_BYTES_MAX = 20_000_000; // far above any pass; stops a zip bomb
const ENCRYPTED = 1;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Unpack a zip: a Map from name to bytes. Throws a Refusal that says what is wrong with it. */
export async function unzip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return await readAll(bytes, view);
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal('refused.zip');
    throw error;
  }
}

async function readAll(bytes, view) {
  const end = endRecord(view);
  const files = new Map();
  let at = view.getUint32(end + 16, true);
  let room = UNZIPPED_BYTES_MAX;
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const entry = centralEntry(bytes, view, at);
    if (files.has(entry.name)) throw new Refusal('refused.twice', { name: entry.name });
    room -= entry.size;
    if (room < 0) throw new Refusal('refused.large');
    files.set(entry.name, await content(bytes, view, entry));
    at = entry.next;
  }
  return files;
}

function endRecord(view) {
  const earliest = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= earliest; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new Refusal('refused.zip');
}

function centralEntry(bytes, view, at) {
  if (view.getUint32(at, true) !== CENTRAL) throw new Refusal('refused.zip');
  const nameLength = view.getUint16(at + 28, true);
  const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
  if (!/^[^/\\][^\\]*[^/\\]$/.test(name) || name.split('/').includes('..')) {
    throw new Refusal('refused.name', { name });
  }
  if (view.getUint16(at + 8, true) & ENCRYPTED) throw new Refusal('refused.zip');
  return {
    name,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    local: view.getUint32(at + 42, true),
    next: at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true),
  };
}

async function content(bytes, view, { name, method, crc, packed, size, local }) {
  if (view.getUint32(local, true) !== LOCAL) throw new Refusal('refused.zip');
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const raw = bytes.subarray(start, start + packed);
  const plain = method === 8 ? await inflate(raw, name, size) : raw;
  if (![0, 8].includes(method) || plain.length !== size || crc32(plain) !== crc) {
    throw new Refusal('refused.broken', { name });
  }
  return plain;
}

async function inflate(raw, name, size) {
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const plain = new Uint8Array(size);
  let filled = 0;
  try {
    for (const reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return plain.subarray(0, filled);
      plain.set(value, filled); // throws when there is more than the directory said
      filled += value.length;
    }
  } catch {
    throw new Refusal('refused.broken', { name });
  }
}
