import { expect, test } from 'vitest';
import type { Media } from '../api/types';
import type { Bucket } from '../photos/bucket';
import { createPictures } from './pictures';

const thumbnail = (width: number, content_type = 'image/webp') => ({
  width,
  height: width / 2,
  content_type,
  url: `https://thumbs.example.test/${width}`,
});
const READY = { state: 'ready', thumbnails: [thumbnail(1280), thumbnail(640), thumbnail(640, 'image/jpeg')] };

function aBucket() {
  let now = 0;
  let answer: unknown = READY;
  const asked: string[] = [];
  const media = async (id: string) => {
    asked.push(id);
    if (answer instanceof Error) throw answer;
    return answer as Media;
  };
  const bucket = async () => ({ thumbnailUrl: async (url: string) => `${url}?signed` }) as unknown as Bucket;
  return {
    asked,
    pictures: createPictures({ media }, bucket, () => now),
    answer: (next: unknown) => {
      answer = next;
    },
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

test('the thumbnail for reading is shown, by a signed address, and looked for once', async () => {
  const { pictures, asked } = aBucket();
  const picture = { url: 'https://thumbs.example.test/640?signed', width: 640, height: 320 };
  expect(await pictures.find('M1')).toEqual(picture);
  expect(await pictures.find('M1')).toEqual(picture);
  expect(asked).toEqual(['M1']);
});

test('an address is signed anew before it ends', async () => {
  const { pictures, asked, pass } = aBucket();
  await pictures.find('M1');
  pass(11 * 60_000);
  await pictures.find('M1');
  expect(asked).toHaveLength(2);
});

test('an address that was signed before the clock was put back is signed anew', async () => {
  const { pictures, asked, pass } = aBucket();
  await pictures.find('M1');
  pass(-1_440 * 60_000);
  await pictures.find('M1');
  expect(asked).toHaveLength(2);
});

test('what is not there is looked for again', async () => {
  const { pictures, answer } = aBucket();
  answer(new Error('404'));
  expect(await pictures.find('M1')).toBeNull();
  answer({ state: 'uploaded', thumbnails: [] });
  expect(await pictures.find('M1')).toBeNull();
  answer(READY);
  expect(await pictures.find('M1')).not.toBeNull();
});
