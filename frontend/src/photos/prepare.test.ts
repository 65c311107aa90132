import { expect, test } from 'vitest';
import { MAX_BYTES } from './check';
import { MAX_PIXELS, type Picture, prepare } from './prepare';

const photo = (size = 10, type = 'image/jpeg', name = 'sea.jpg') =>
  new File([new Uint8Array(size)], name, { type });

interface Shape {
  width: number;
  height: number;
  /** How many bytes a pixel takes once it is encoded. */
  weight?: number;
  /** What the browser can write. */
  writes?: string[];
}

function aBrowser({ width, height, weight = 0.1, writes = ['image/jpeg', 'image/webp'] }: Shape) {
  const asked: [number, number, string][] = [];
  let isOpen = false;
  const open = async (): Promise<Picture> => {
    isOpen = true;
    return {
      width,
      height,
      async encode(width, height, type) {
        asked.push([width, height, type]);
        if (!writes.includes(type)) return null;
        return new Blob([new Uint8Array(Math.ceil(width * height * weight))], { type });
      },
      close() {
        isOpen = false;
      },
    };
  };
  return { open, asked, isOpen: () => isOpen };
}

/** What is sent. */
async function sent(file: File, shape: Shape): Promise<File> {
  const prepared = await prepare(file, aBrowser(shape).open);
  if (!('file' in prepared)) throw new Error(prepared.objection);
  return prepared.file;
}

test('a photo that fits is sent as it is', async () => {
  const file = photo(MAX_BYTES);
  expect(await sent(file, { width: 5_000, height: MAX_PIXELS / 5_000 })).toBe(file);
});

test.each([
  [photo(), { width: 8_000, height: 6_000 }],
  [photo(), { width: 5_001, height: MAX_PIXELS / 5_000 }],
  [photo(MAX_BYTES + 1), { width: 4_000, height: 3_000 }],
])('one with too many pixels or bytes becomes a smaller one of the same shape', async (file, shape) => {
  const { open, asked, isOpen } = aBrowser(shape);
  const prepared = await prepare(file, open);
  const [[width, height] = [0, 0]] = asked;
  expect(width * height).toBeLessThanOrEqual(4096 * 4096);
  expect(width / height).toBeCloseTo(shape.width / shape.height, 2);
  expect(prepared).toMatchObject({ file: { name: 'sea.jpg', type: 'image/jpeg' } });
  expect(isOpen()).toBe(false);
});

test('one that is still too heavy becomes smaller until it fits', async () => {
  const file = await sent(photo(), { width: 8_000, height: 6_000, weight: 3 });
  expect(file.size).toBeLessThanOrEqual(MAX_BYTES);
});

test.each([
  [['image/jpeg', 'image/webp'], 'map.webp', 'image/webp'],
  [['image/jpeg'], 'map.jpg', 'image/jpeg'],
])('a PNG becomes what the browser can write of %j', async (writes, name, type) => {
  const file = await sent(photo(10, 'image/png', 'map.png'), { width: 8_000, height: 6_000, writes });
  expect([file.name, file.type]).toEqual([name, type]);
});

test.each([
  ['a GIF would stand still', photo(10, 'image/gif', 'cat.gif'), {}, 'cat.gif is too large'],
  ['nothing can be written', photo(), { writes: [] }, 'sea.jpg is too large'],
  ['it is never small enough', photo(), { weight: 1_000 }, 'sea.jpg is too large'],
  ['it is no photo', photo(10, 'text/html', 'a.html'), {}, 'a.html is not a JPEG'],
])('one that cannot be made smaller is refused: %s', async (_, file, shape, words) => {
  const { open } = aBrowser({ width: 8_000, height: 6_000, ...shape });
  expect(await prepare(file, open)).toMatchObject({ objection: expect.stringContaining(words) });
});

test('one that the browser cannot read is not sent', async () => {
  expect(await prepare(photo(), async () => null)).toEqual({
    objection: 'sea.jpg cannot be read as a picture. Saving it again as a JPEG usually helps.',
  });
});
