import { expect, test } from 'vitest';
import { channels } from '../testing/channel';
import { aStorage } from '../testing/storage';
import { aCreate, anEdit, aTodo } from '../testing/todos';
import type { Change } from './change';
import { createDrafts } from './drafts';
import { type News, openQueue } from './queue';
import { memoryStore, type Store } from './store';

const aQueue = ({
  store = memoryStore(),
  drafts = createDrafts(aStorage(), 'ines'),
  channel = channels()(),
} = {}) => openQueue({ store, drafts, name: 'q', channel });

const keys = (changes: { key: string }[]) => changes.map(({ key }) => key);

test('a change shows at once, and is on the disk when the promise says so', async () => {
  const store = memoryStore();
  const queue = await aQueue({ store });
  const create = aCreate('new-1', { title: 'a' });
  const kept = queue.add([create]);
  expect(keys(queue.waiting)).toEqual([create.key]);
  expect(queue.stored).toEqual([]);
  await kept;
  expect(await store.read('q')).toEqual({ changes: [create], names: [] });
  expect(keys(queue.stored)).toEqual([create.key]);
});

test('it survives a reload', async () => {
  const store = memoryStore();
  const before = await aQueue({ store });
  await before.add([aCreate('new-1', { title: 'a' })]);
  const after = await aQueue({ store });
  expect(after.waiting).toMatchObject([{ fields: { title: 'a' } }]);
});

test('changes that come faster than the disk neither flicker nor overwrite each other', async () => {
  const store = memoryStore();
  const queue = await aQueue({ store });
  const lengths: number[] = [];
  queue.listen(() => lengths.push(queue.waiting.length));
  await Promise.all([1, 2, 3].map(each => queue.add([aCreate(`new-${each}`, { title: 'a' })])));
  expect(lengths).toEqual([1, 2, 3, 3, 3, 3]);
  expect(queue.stored).toHaveLength(3);
});

test('two tabs write the same queue, and each hears of the other', async () => {
  const store = memoryStore();
  const open = channels();
  const here = await aQueue({ store, channel: open() });
  const there = await aQueue({ store, channel: open() });
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
  const queue = await aQueue({ store });
  await queue.add([anEdit('01A', { completed: false }, { completed: true })]);
  await queue.add([anEdit('01A', { completed: true }, { completed: false })]);
  expect(await store.read('q')).toBeUndefined();
});

test('a full disk does not lose what was done', async () => {
  const full: Store = { ...memoryStore(), update: () => Promise.reject(new Error('full')) };
  const queue = await aQueue({ store: full });
  await queue.add([aCreate('new-1', { title: 'a' })]);
  await queue.add([aCreate('new-2', { title: 'b' })]);
  expect(queue.waiting).toHaveLength(2);
});

test('what was not on the disk yet when the page was left is taken up, once and in order', async () => {
  const store = memoryStore();
  const drafts = createDrafts(aStorage(), 'ines');
  const stuck: Store = { ...store, update: () => new Promise(() => {}) };
  const before = await aQueue({ store: stuck, drafts });
  const [one, two] = [aCreate('new-1', { title: 'a' }), aCreate('new-2', { title: 'b' })];
  void before.add([one]);
  void before.add([two]);

  const after = await aQueue({ store, drafts });
  expect(after.stored).toEqual([one, two]);
  const again = await aQueue({ store, drafts });
  expect(again.stored).toEqual([one, two]);
  expect(drafts.names('')).toEqual([]);
});

test('what was on the disk already is not taken up a second time', async () => {
  const store = memoryStore();
  const drafts = createDrafts(aStorage(), 'ines');
  const create = aCreate('new-1', { title: 'a' });
  await (await aQueue({ store, drafts })).add([create]);
  drafts.write(`arriving ${create.key}`, JSON.stringify(create));
  expect((await aQueue({ store, drafts })).stored).toEqual([create]);
  expect(drafts.names('')).toEqual([]);
});

test('a change of a todo that got its real name meanwhile goes under that name', async () => {
  const store = memoryStore();
  const open = channels();
  const [here, there] = [await aQueue({ store, channel: open() }), await aQueue({ store, channel: open() })];
  const create = aCreate('new-1', { title: 'a' });
  await here.add([create]);
  const answered = here.commit(() => [], { renamed: { from: 'new-1', to: '01A' } });
  const edited = there.add([anEdit('new-1', { title: 'a' }, { title: 'b' }, { version: 0 })]);
  await Promise.all([answered, edited]);
  expect(there.stored).toMatchObject([{ kind: 'edit', todo: '01A', version: 1 }]);
  expect(here.realId('new-1')).toBe('01A');
  expect(here.realId('01B')).toBe('01B');
});

test('only the latest names are kept', async () => {
  const store = memoryStore();
  const queue = await aQueue({ store });
  for (let count = 0; count < 60; count += 1) {
    await queue.commit(waiting => waiting, { renamed: { from: `new-${count}`, to: `01${count}` } });
  }
  expect((await store.read<{ names: unknown[] }>('q'))?.names).toHaveLength(50);
  expect(queue.realId('new-59')).toBe('0159');
});

/** A disk that refuses what is written while it is full. What is taken away makes no difference to that. */
function aDisk() {
  const store = memoryStore();
  const disk = { isFull: false };
  const refusing: Store = {
    ...store,
    isLasting: true,
    async update(key, change) {
      const changed = change(await store.read(key));
      if (disk.isFull && changed !== undefined) throw new Error('full');
      return store.update(key, () => changed);
    },
  };
  return { disk, store: refusing };
}

test('what a full disk does not take is shown and sent, and it is known that it is not kept', async () => {
  const { disk, store } = aDisk();
  disk.isFull = true;
  const drafts = createDrafts(aStorage(), 'ines');
  const queue = await aQueue({ store, drafts });
  const create = aCreate('new-1', { title: 'a' });
  await queue.add([create]);
  expect(queue.isLasting).toBe(false);
  // The sender marks what it sends, and an answer takes it off.
  await queue.commit(waiting => waiting.map(each => ({ ...each, tried: true as const })));
  expect(queue.waiting).toMatchObject([{ key: create.key, tried: true }]);
  await queue.commit(() => []);
  expect(queue.waiting).toEqual([]);
  expect(drafts.names('')).toEqual([]);
});

test('once there is room again, all is kept: this tab’s and the others’', async () => {
  const { disk, store } = aDisk();
  const [here, there] = [await aQueue({ store }), await aQueue({ store })];
  const [one, two, three] = ['1', '2', '3'].map(each => aCreate(`new-${each}`, { title: each })) as [
    Change,
    Change,
    Change,
  ];
  await here.add([one]);
  disk.isFull = true;
  await here.add([two]);
  await here.commit(waiting => waiting.filter(({ key }) => key !== one.key));
  disk.isFull = false;
  await there.add([three]);
  await here.commit(waiting => waiting);
  expect(here.isLasting).toBe(true);
  expect((await store.read<{ changes: Change[] }>('q'))?.changes).toEqual([three, two]);
});

test('an edit that is made while an answer is being written goes on top of it', async () => {
  const queue = await aQueue();
  const tick = anEdit('01A', { completed: false }, { completed: true });
  await queue.add([tick]);
  const answer = aTodo({ completed: true, version: 2 });
  const answered = queue.commit(waiting => waiting.filter(({ key }) => key !== tick.key), {
    learned: answer,
  });
  const edited = queue.add([anEdit('01A', { completed: true }, { completed: false })]);
  await Promise.all([answered, edited]);
  expect(queue.stored).toMatchObject([{ to: { completed: false }, version: 2 }]);
});
