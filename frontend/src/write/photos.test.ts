import { beforeEach, expect, test, vi } from 'vitest';
import { memoryStore } from '../offline/store';
import type { Bucket, PutOptions } from '../photos/bucket';
import { aClock, settled } from '../testing/clock';
import { aPostServer } from '../testing/posts';
import { createPhotos, type Photo } from './photos';

beforeEach(() => {
  vi.stubGlobal('URL', { createObjectURL: () => 'blob:1', revokeObjectURL: () => {} });
  return () => vi.unstubAllGlobals();
});

/** A desk whose transfers go on only when the test says so. */
function aDesk({ store = memoryStore(), server = aPostServer() } = {}) {
  const transfers: { media: string; progress(part: number): void; arrive(): void; fail(): void }[] = [];
  const clock = aClock();
  const ready: string[] = [];
  const rejected: [string, string][] = [];
  let count = 0;
  const bucket: Bucket = {
    viewUrl: async media => media,
    thumbnailUrl: async address => address,
    delete: async () => {},
    put: (media: string, _: Blob, { signal, onProgress }: PutOptions) =>
      new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        const fail = () => reject(new Error('The connection broke off'));
        transfers.push({ media, progress: onProgress, arrive: resolve, fail });
      }),
  };
  const photos = createPhotos({
    api: server.api,
    bucket: async () => bucket,
    store,
    sub: 's-1',
    newUlid: () => {
      count += 1;
      return `M${count}`;
    },
    later: clock.later,
    onReady: ({ media }: Photo) => ready.push(media),
    onRejected: ({ media }: Photo, reason) => rejected.push([media, reason]),
  });
  const all = () => photos.state.value.all.map(({ media, step, progress }) => ({ media, step, progress }));
  return { photos, transfers, clock, ready, rejected, all, store, server };
}

const photo = () => new File(['bytes'], 'gauge.jpg', { type: 'image/jpeg' });

test('a photo goes out, tells how far it is, and is followed until it is ready', async () => {
  const { photos, transfers, clock, ready, all, server, store } = aDesk();
  expect(photos.add('shelves', 'text', photo())).toBe('M1');
  await settled();
  transfers[0]?.progress(0.4);
  expect(all()).toEqual([{ media: 'M1', step: 'sending', progress: 0.4 }]);
  transfers[0]?.arrive();
  await settled();
  await clock.pass(1_000);
  expect(all()).toMatchObject([{ step: 'checking' }]);
  server.media.set('M1', { state: 'uploaded' });
  await clock.pass(1_000);
  server.media.set('M1', { state: 'ready' });
  await clock.pass(4_000);
  expect(ready).toEqual(['M1']);
  expect(all()).toEqual([]);
  expect(await store.list('photo ')).toEqual([]);
});

test('what is no photo is refused with its reason, which stays until it is read', async () => {
  const { photos, transfers, clock, rejected, all, server, store } = aDesk();
  photos.add('shelves', 'cover', photo());
  await settled();
  transfers[0]?.arrive();
  server.media.set('M1', { state: 'rejected', reason: 'This file is not a photo we can read.' });
  await settled();
  await clock.pass(400);
  expect(rejected).toEqual([['M1', 'This file is not a photo we can read.']]);
  expect(photos.state.value.all).toMatchObject([{ reason: 'This file is not a photo we can read.' }]);
  expect(await store.list('photo ')).toEqual([]);
  photos.drop('M1');
  expect(all()).toEqual([]);
});

test('one that breaks off stays, and is tried again', async () => {
  const { photos, transfers, all } = aDesk();
  photos.add('shelves', 'text', photo());
  await settled();
  transfers[0]?.fail();
  await settled();
  expect(all()).toMatchObject([{ step: 'failed' }]);
  photos.tryAgain('M1');
  await settled();
  transfers[1]?.arrive();
  await settled();
  expect(all()).toMatchObject([{ step: 'checking' }]);
});

test('one that is called off is forgotten', async () => {
  const { photos, transfers, all, store } = aDesk();
  photos.add('shelves', 'text', photo());
  await settled();
  photos.drop('M1');
  transfers[0]?.arrive();
  await settled();
  expect(all()).toEqual([]);
  expect(await store.list('photo ')).toEqual([]);
});

test('a reload takes it up again, where its post is opened', async () => {
  const before = aDesk();
  before.photos.add('shelves', 'text', photo());
  await settled();
  const after = aDesk({ store: before.store });
  await after.photos.open('another');
  expect(after.all()).toEqual([]);
  await after.photos.open('shelves');
  expect(after.all()).toMatchObject([{ media: 'M1', step: 'sending' }]);
});
