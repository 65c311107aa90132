import { beforeEach, expect, test, vi } from 'vitest';
import type { Todo } from '../api/types';
import { memoryStore } from '../offline/store';
import { settled } from '../testing/clock';
import { aServer } from '../testing/server';
import { aTodo } from '../testing/todos';
import type { Bucket, PutOptions } from './bucket';
import { createUploads, type Upload } from './uploads';

beforeEach(() => {
  let count = 0;
  vi.stubGlobal('URL', {
    createObjectURL: () => {
      count += 1;
      return `blob:${count}`;
    },
    revokeObjectURL: () => {},
  });
  return () => vi.unstubAllGlobals();
});

/** A bucket whose transfers go on only when the test says so. */
function aBucket() {
  const transfers: { media: string; progress(part: number): void; arrive(): void; fail(): void }[] = [];
  const deleted: string[] = [];
  const bucket: Bucket = {
    viewUrl: async media => media,
    thumbnailUrl: async address => address,
    put: (media: string, _: Blob, { signal, onProgress }: PutOptions) =>
      new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        const fail = () => reject(new Error('The connection broke off'));
        transfers.push({ media, progress: onProgress, arrive: resolve, fail });
      }),
    delete: async media => void deleted.push(media),
  };
  return { bucket, transfers, deleted };
}

function aPage({ store = memoryStore(), server = aServer(), held = new Set<string>() } = {}) {
  const { bucket, transfers, deleted } = aBucket();
  const attached: Todo[] = [];
  const failed: (string | null)[] = [];
  let count = 0;
  const reach = { isReachable: true };
  server.put(aTodo());
  const uploads = createUploads({
    api: server.api,
    bucket: async () => bucket,
    store,
    sub: 'sub-1',
    newUlid: () => {
      count += 1;
      return `M${count}`;
    },
    isReachable: () => reach.isReachable,
    realId: id => id,
    async ifFree(name, work) {
      if (held.has(name)) return;
      held.add(name);
      await work().finally(() => held.delete(name));
    },
    onAttached: todo => attached.push(todo),
    onFailed: (_, why) => failed.push(why),
  });
  const all = (): Partial<Upload>[] =>
    uploads.state.value.all.map(({ media, todo, step, progress }) => ({ media, todo, step, progress }));
  return { uploads, transfers, deleted, attached, failed, all, server, store, reach };
}

const photo = (name = 'dial.png') => new File(['bytes'], name, { type: 'image/png' });

test('a photo goes out, tells how far it is, and ends up on its todo', async () => {
  const { uploads, transfers, attached, all, store } = aPage();
  uploads.add('01A', photo());
  await settled();
  transfers[0]?.progress(0.62);
  expect(all()).toEqual([{ media: 'M1', todo: '01A', step: 'sending', progress: 0.62 }]);
  transfers[0]?.arrive();
  await settled();
  expect(all()).toEqual([]);
  expect(attached).toMatchObject([
    { version: 2, attachments: [{ media_id: 'M1', name: 'dial.png', size: 5 }] },
  ]);
  expect(await store.list('upload ')).toEqual([]);
});

test('one that breaks off stays, and is tried again', async () => {
  const { uploads, transfers, failed, all, server } = aPage();
  uploads.add('01A', photo());
  await settled();
  transfers[0]?.fail();
  await settled();
  expect(all()).toMatchObject([{ step: 'failed' }]);
  expect(failed).toEqual([null]);
  uploads.tryAgain('M1');
  await settled();
  transfers[1]?.arrive();
  await settled();
  expect(server.live.get('01A')?.attachments).toHaveLength(1);
  expect(all()).toEqual([]);
});

test('one that is called off is forgotten', async () => {
  const { uploads, transfers, all, store, failed } = aPage();
  uploads.add('01A', photo());
  await settled();
  uploads.cancel('M1');
  transfers[0]?.arrive();
  await settled();
  expect(all()).toEqual([]);
  expect(failed).toEqual([]);
  expect(await store.list('upload ')).toEqual([]);
});

test('it waits for its todo to be created', async () => {
  const { uploads, transfers, all } = aPage();
  uploads.add('new-1', photo());
  await settled();
  expect(all()).toMatchObject([{ step: 'waiting' }]);
  expect(transfers).toEqual([]);
  uploads.follow({ renamed: { from: 'new-1', to: '01A' } });
  await settled();
  expect(all()).toMatchObject([{ todo: '01A', step: 'sending' }]);
});

test('it waits for the network', async () => {
  const { uploads, transfers, reach } = aPage();
  reach.isReachable = false;
  uploads.add('01A', photo());
  await settled();
  expect(transfers).toEqual([]);
  reach.isReachable = true;
  uploads.resume();
  await settled();
  expect(transfers).toHaveLength(1);
});

test('a reload takes it up again', async () => {
  const before = aPage();
  before.uploads.add('01A', photo());
  await settled();
  const after = aPage({ store: before.store });
  await after.uploads.open();
  await settled();
  after.transfers[0]?.arrive();
  await settled();
  expect(after.attached).toHaveLength(1);
});

test('another tab leaves alone what this one is sending', async () => {
  const held = new Set<string>();
  const here = aPage({ held });
  here.uploads.add('01A', photo());
  await settled();
  const there = aPage({ held, store: here.store });
  await there.uploads.open();
  await settled();
  expect(there.all()).toEqual([]);
  expect(there.transfers).toEqual([]);
});

test('a photo of a todo that is gone is taken out of the bucket again', async () => {
  const { uploads, transfers, deleted, all, server } = aPage();
  uploads.add('01A', photo());
  await settled();
  server.live.clear();
  transfers[0]?.arrive();
  await settled();
  expect(deleted).toEqual(['M1']);
  expect(all()).toEqual([]);
});
