import { expect, test } from 'vitest';
import { createConnection } from '../offline/connection';
import { memoryStore } from '../offline/store';
import { aClock } from '../testing/clock';
import { aServer, type Fault, refusal } from '../testing/server';
import { aTodo } from '../testing/todos';
import { createState } from '../ui/state';
import { nothingKnown } from './coverage';
import type { ListState } from './list';
import { createReading } from './reading';

const many = (count: number) =>
  Array.from({ length: count }, (_, place) => aTodo({ id: `01${String(place).padStart(4, '0')}` }));

const refused = (): Promise<boolean> => Promise.reject(new Error('The table answered 400'));

function aReading({
  store = memoryStore(),
  faults = [] as Fault[],
  todos = many(0),
  isCurrent = refused,
  mayKeep = (): boolean => true,
} = {}) {
  const server = aServer({ fault: () => faults.shift() ?? null });
  server.put(...todos);
  const state = createState<ListState>({
    known: nothingKnown(),
    todos: new Map(),
    waiting: [],
    isOpen: false,
    isReading: false,
    readFailure: null,
    isReachable: true,
    busyUntil: null,
    isLasting: true,
  });
  const connection = createConnection({ probe: () => Promise.reject(), later: aClock().later });
  const told = { signedOut: 0 };
  const reading = createReading({
    api: server.api,
    store,
    copyName: 'copy',
    connection,
    state,
    setKnown: known => state.set({ known }),
    mayKeep,
    isCurrent,
    onSignedOut: () => {
      told.signedOut += 1;
    },
  });
  return { server, state, reading, store, connection, told, count: () => state.value.known.todos.size };
}

test('the list opens with its first page, and reads on when asked', async () => {
  const { reading, state, count } = aReading({ todos: many(120) });
  await reading.open();
  expect(state.value).toMatchObject({ isOpen: true, isReading: false });
  expect(count()).toBe(50);
  await reading.more('all', 'created');
  expect(count()).toBe(100);
  await reading.more('all', 'created');
  expect(count()).toBe(120);
  await reading.more('all', 'created');
  expect(state.value.known.reach.all.next).toBeNull();
});

test('the rest of a view is read in one go', async () => {
  const { reading, count, server } = aReading({ todos: many(250) });
  await reading.open();
  expect(await reading.rest('all', 'created')).toBe(true);
  expect(count()).toBe(250);
  expect(server.calls).toHaveLength(3);
});

test('asking twice at once reads no page twice', async () => {
  const { reading, count } = aReading({ todos: many(120) });
  await reading.open();
  await Promise.all([reading.more('all', 'created'), reading.more('all', 'created')]);
  expect(count()).toBe(120);
});

test('a later visit shows the copy at once, and then the truth', async () => {
  const first = aReading({ todos: many(120) });
  await first.reading.open();
  await first.reading.rest('all', 'created');
  await first.reading.keepCopy();

  const second = aReading({ store: first.store, todos: many(110) });
  const seen: number[] = [];
  second.state.watch(() => seen.push(second.count()));
  await second.reading.open();
  expect(seen[0]).toBe(120);
  expect(second.count()).toBe(110);
  expect(second.state.value.known.reach.all.upTo).toBe('\uffff');
});

test('a copy holds no more than a screenful of screens', async () => {
  const { reading, store } = aReading({ todos: many(450) });
  await reading.open();
  await reading.rest('all', 'created');
  await reading.keepCopy();
  const copy = await store.read<{ todos: unknown[]; upTo: string }>('copy');
  expect(copy?.todos).toHaveLength(200);
  expect(copy?.upTo).toBe('010199');
});

test('without a network the copy is what there is', async () => {
  const first = aReading({ todos: many(3) });
  await first.reading.open();
  await first.reading.keepCopy();
  const second = aReading({ store: first.store, faults: ['lost'] });
  await second.reading.open();
  expect(second.state.value).toMatchObject({ isOpen: true, readFailure: 'The server does not answer.' });
  expect(second.connection.isReachable).toBe(false);
  expect(second.count()).toBe(3);
});

test('without a copy either, it says so, and the next try works', async () => {
  const { reading, state, count } = aReading({ todos: many(3), faults: ['broken'] });
  await reading.open();
  expect(state.value).toMatchObject({ isOpen: false, readFailure: 'The server had a fault.' });
  expect(await reading.refresh()).toBe(true);
  expect(state.value).toMatchObject({ isOpen: true, readFailure: null });
  expect(count()).toBe(3);
});

test('a page that fails can be asked for again', async () => {
  const faults: Fault[] = [null, 'broken'];
  const { reading, count } = aReading({ todos: many(80), faults });
  await reading.open();
  expect(await reading.more('all', 'created')).toBe(false);
  expect(count()).toBe(50);
  expect(await reading.more('all', 'created')).toBe(true);
  expect(count()).toBe(80);
});

test('a cursor that is no longer valid starts its listing over', async () => {
  const { reading, server, state } = aReading({ todos: many(80) });
  await reading.open();
  const page = server.api.page;
  server.api.page = ({ cursor, ...request }) =>
    cursor === undefined ? page(request) : Promise.reject(refusal(400, 'invalid-cursor'));
  expect(await reading.more('all', 'created')).toBe(false);
  expect(state.value.known.reach.all).toEqual({ upTo: '', next: null });
  expect(await reading.more('all', 'created')).toBe(true);
});

test('a list that the table says is current costs the API nothing', async () => {
  const { reading, server, count } = aReading({ todos: many(3), isCurrent: async () => true });
  await reading.open();
  expect(await reading.catchUp()).toBe(true);
  expect(server.calls).toEqual(['page all']);
  expect(count()).toBe(3);
});

test('a list that the table says is not current is read again', async () => {
  const { reading, server, state } = aReading({ todos: many(3), isCurrent: async () => false });
  await reading.open();
  server.elsewhere('010001', { title: 'Changed elsewhere' });
  expect(await reading.catchUp()).toBe(true);
  expect(state.value.known.todos.get('010001')?.title).toBe('Changed elsewhere');
});

test('where the table does not answer, the API does', async () => {
  const { reading, server, state } = aReading({ todos: many(3) });
  await reading.open();
  server.elsewhere('010001', { title: 'Changed elsewhere' });
  expect(await reading.catchUp()).toBe(true);
  expect(state.value).toMatchObject({ isReading: false, readFailure: null });
  expect(state.value.known.todos.get('010001')?.title).toBe('Changed elsewhere');
});

test('the table says nothing about whether the API can be reached', async () => {
  const { reading, connection } = aReading({ todos: many(3), isCurrent: async () => true });
  await reading.open();
  connection.lost();
  await reading.catchUp();
  expect(connection.isReachable).toBe(false);
});

test('a part of a list whose cursor is gone is read again, whatever the table says', async () => {
  const first = aReading({ todos: many(250) });
  await first.reading.open();
  await first.reading.rest('all', 'created');
  await first.reading.keepCopy();

  const second = aReading({
    store: first.store,
    faults: ['lost'],
    todos: many(250),
    isCurrent: async () => true,
  });
  await second.reading.open();
  await second.reading.catchUp();
  expect(second.server.calls).toEqual(['page all', 'page all']);
  expect(second.state.value.known.reach.all.next).not.toBeNull();
});

test('no copy is written any more once its person has signed out', async () => {
  const { reading, store } = aReading({ todos: many(3), mayKeep: () => false });
  await reading.open();
  await reading.keepCopy();
  expect(await store.read('copy')).toBeUndefined();
});
