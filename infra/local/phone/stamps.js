// Lets new stamps land: finds where the new strip differs from the old one and brings just those places down onto it.

import { h, still } from './dom.js';

const WIDTH = 375; // of a strip in points; its pictures are compared at that scale
const CELL = 6; // smaller than the gap between two stamps, so that neighbours stay apart
const CHANGED = 48; // of 255: more than a rescaled edge, less than ink on paper
const PLACES_MAX = 12; // more than that is another picture, not new stamps
const LAND_MS = 1_000; // when the overlay is gone for certain; the animation itself takes --settle

/** Find the rectangles in which two RGBA pictures of one size differ, neighbouring changes taken together. */
export function changedPlaces(before, after, width, height) {
  const columns = Math.ceil(width / CELL);
  const rows = Math.ceil(height / CELL);
  const dirty = new Uint8Array(columns * rows);
  for (let i = 0; i < width * height; i++) {
    const at = i * 4;
    const most = Math.max(...[0, 1, 2].map((c) => Math.abs(before[at + c] - after[at + c])));
    if (most > CHANGED) dirty[Math.floor(i / width / CELL) * columns + Math.floor((i % width) / CELL)] = 1;
  }
  const places = [];
  for (let cell = 0; cell < dirty.length; cell++) {
    if (dirty[cell]) places.push(flood(dirty, columns, rows, cell));
  }
  return places.map(({ left, top, right, bottom }) => ({
    x: left * CELL, y: top * CELL, width: (right - left + 1) * CELL, height: (bottom - top + 1) * CELL,
  }));
}

function flood(dirty, columns, rows, first) {
  const box = { left: columns, top: rows, right: 0, bottom: 0 };
  const open = [first];
  dirty[first] = 0;
  while (open.length) {
    const cell = open.pop();
    const [x, y] = [cell % columns, Math.floor(cell / columns)];
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      const next = (y + dy) * columns + x + dx;
      const inside = x + dx >= 0 && x + dx < columns && y + dy >= 0 && y + dy < rows;
      if (inside && dirty[next]) {
        dirty[next] = 0;
        open.push(next);
      }
    }
  }
  return box;
}

/** Make the layers that let the new stamps land on a strip; none for those who asked for stillness. */
export async function landing(oldUrl, newUrl) {
  if (!oldUrl || !newUrl || still() || document.hidden) return [];
  const [before, after] = await Promise.all([oldUrl, newUrl].map(picture));
  if (!before || !after) return [];
  const height = heightOf(after);
  if (heightOf(before) !== height) return [];
  const places = changedPlaces(small(before, height), small(after, height), WIDTH, height);
  if (places.length > PLACES_MAX) return [];
  const layers = places.flatMap((place) => [layer(before, place, 'under'), layer(after, place, 'landing')]);
  setTimeout(() => layers.forEach((element) => element.remove()), LAND_MS);
  return layers;
}

function picture(url) {
  const image = new Image();
  image.src = url;
  return image.decode().then(() => image, () => null);
}

function heightOf({ naturalWidth, naturalHeight }) {
  return Math.round((WIDTH * naturalHeight) / naturalWidth);
}

function small(image, tall) {
  const canvas = h('canvas', { width: WIDTH, height: tall });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(image, 0, 0, WIDTH, tall);
  return context.getImageData(0, 0, WIDTH, tall).data;
}

function layer(image, { x, y, width, height }, kind) {
  const scale = image.naturalWidth / WIDTH;
  const tall = heightOf(image);
  const canvas = h(`canvas.${kind}`, { width: width * scale, height: height * scale, 'aria-hidden': 'true' });
  canvas.getContext('2d').drawImage(
    image, x * scale, y * (image.naturalHeight / tall), width * scale, height * (image.naturalHeight / tall),
    0, 0, canvas.width, canvas.height,
  );
  canvas.style.left = `${(100 * x) / WIDTH}%`;
  canvas.style.top = `${(100 * y) / tall}%`;
  canvas.style.width = `${(100 * width) / WIDTH}%`;
  canvas.style.height = `${(100 * height) / tall}%`;
  return canvas;
}
