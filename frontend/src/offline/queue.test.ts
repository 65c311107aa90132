import { expect, test } from 'vitest';
import { channels } from '../testing/channel';
import { aCreate, anEdit } from '../testing/todos';
import { type News, openQueue } from './queue';
import { memoryStore, type Store } from './store';

const keys = (changes: { key: string }[]) => changes.map(({ key }) => key);

test('a change shows at once, and is on the disk when the promise says so', async () => {
  const store = memoryStore();
  const queue = await openQueue({ store, name: 'q', channel: channels()() });
  const create = aCreate('new-1', { title: 'a' });
  const kept = queue.add([create]);
  expect(keys(queue.waiting)).toEqual([create.key]);
  expect(queue.stored).toEqual([]);
  await kept;
  expect(await store.read('q')).toEqual([create]);
  expect(keys(queue.stored)).toEqual([create.key]);
});

test('it survives a reload', async () => {
  const store = memoryStore();
  const before = await openQueue({ store, name: 'q', channel: channels()() });
  await before.add([aCreate('new-1', { title: 'a' })]);
  const after = await openQueue({ store, name: 'q', channel: channels()() });
  expect(after.waiting).toMatchObject([{ fields: { title: 'a' } }]);
});

test('changes that come faster than the disk neither flicker nor overwrite each other', async () => {
  const store = memoryStore();
  const queue = await openQueue({ store, name: 'q', channel: channels()() });
  const lengths: number[] = [];
  queue.listen(() => lengths.push(queue.waiting.length));
  await Promise.all([1, 2, 3].map(each => queue.add([aCreate(`new-${each}`, { title: 'a' })])));
  expect(lengths).toEqual([1, 2, 3, 3, 3, 3]);
  expect(queue.stored).toHaveLength(3);
});

test('two tabs write the same queue, and each hears of the other', async () => {
  const store = memoryStore();
  const open = channels();
  const here = await openQueue({ store, name: 'q', channel: open() });
  const there = await openQueue({ store, name: 'q', channel: open() });
  const heard: News[] = [];
  there.listen(news => heard.push(news));
  await here.add([aCreate('new-1', { title: 'a' })]);
  await here.commit(waiting => waiting, { forgotten: ['01A'] });
  await there.add([aCreate('new-2', { title: 'b' })]);
  expect(there.waiting).toHaveLength(2);
  await here.refresh();
  expect(here.waiting).toHaveLength(2);
  expect(heard).toContainEqual({ forgotten: ['01A'] });
});

test('an empty queue leaves nothing behind', async () => {
  const store = memoryStore();
  const queue = await openQueue({ store, name: 'q', channel: channels()() });
  await queue.add([anEdit('01A', { completed: false }, { completed: true })]);
  await queue.add([anEdit('01A', { completed: true }, { completed: false })]);
  expect(await store.read('q')).toBeUndefined();
});

test('a full disk does not lose what was done', async () => {
  const full: Store = { ...memoryStore(), update: () => Promise.reject(new Error('full')) };
  const queue = await openQueue({ store: full, name: 'q', channel: channels()() });
  await queue.add([aCreate('new-1', { title: 'a' })]);
  await queue.add([aCreate('new-2', { title: 'b' })]);
  expect(queue.waiting).toHaveLength(2);
});
