import { describe, expect, test } from 'vitest';
import type { Todo } from '../api/types';
import { channels } from '../testing/channel';
import { aClock, settled } from '../testing/clock';
import { aServer, type Fault, refusal } from '../testing/server';
import { slowStore } from '../testing/slow-store';
import { aStorage } from '../testing/storage';
import { aClear, aCreate, aDelete, anEdit, aRestore, aTodo } from '../testing/todos';
import type { Change } from './change';
import { createConnection } from './connection';
import { createDrafts } from './drafts';
import { present } from './present';
import { openQueue } from './queue';
import { createSender, nextBatch } from './sender';
import { memoryStore, type Store } from './store';

const locks = new Map<string, Promise<void>>();

/** One tab of a browser whose tabs share a store, channels and locks. */
async function aTab(
  server: ReturnType<typeof aServer>,
  { store = memoryStore(), open = channels(), lock = 'one browser', clock = aClock() }: Partial<Shared> = {},
) {
  const queue = await openQueue({
    store,
    name: 'q',
    channel: open(),
    drafts: createDrafts(aStorage(), 'ines'),
  });
  const connection = createConnection({
    probe: () => server.api.page({ listing: 'all', limit: 1 }),
    later: clock.later,
  });
  const known = new Map<string, Todo>();
  const told = { caughtUp: [] as number[], busy: [] as (number | null)[], signedOut: 0 };
  queue.listen(({ learned, forgotten = [] }) => {
    if (learned) known.set(learned.id, learned);
    for (const id of forgotten) known.delete(id);
  });
  let count = 0;
  const sender = createSender({
    api: server.api,
    queue,
    connection,
    newUlid: () => {
      count += 1;
      return `ulid-${count}`;
    },
    find: id => known.get(id),
    alone(work) {
      const before = locks.get(lock) ?? Promise.resolve();
      const mine = before.then(work);
      locks.set(
        lock,
        mine.catch(() => undefined),
      );
      return mine;
    },
    later: clock.later,
    now: clock.now,
    onSignedOut: () => {
      told.signedOut += 1;
    },
    onCaughtUp: sent => told.caughtUp.push(sent),
    onBusy: until => told.busy.push(until),
  });
  connection.listen(isReachable => isReachable && sender.wake());
  return {
    queue,
    connection,
    clock,
    known,
    told,
    sender,
    /** Does something without waiting for what comes of it. */
    begins(...changes: Change[]): void {
      void queue.add(changes).then(() => sender.wake());
    },
    async does(...changes: Change[]): Promise<void> {
      for (const change of changes) await queue.add([change]);
      sender.wake();
      await settled();
    },
  };
}

interface Shared {
  store: Store;
  open: ReturnType<typeof channels>;
  lock: string;
  clock: ReturnType<typeof aClock>;
}

let browsers = 0;
const newBrowser = (): Shared => {
  browsers += 1;
  return { store: memoryStore(), open: channels(), lock: `browser ${browsers}`, clock: aClock() };
};

describe('what can go out', () => {
  const [a, b] = [anEdit('01A', { title: '' }, { title: 'x' }), anEdit('01B', { title: '' }, { title: 'x' })];

  test('edits of different todos go together, and what follows on one waits its turn', () => {
    const again = anEdit('01A', { title: 'x' }, { title: 'y' });
    expect(nextBatch([a, b, again])).toEqual([a, b]);
  });

  test('creations go one by one, so that the list keeps its order', () => {
    const [one, two] = [aCreate('new-1', { title: '1' }), aCreate('new-2', { title: '2' })];
    expect(nextBatch([one, two])).toEqual([one]);
    expect(nextBatch([a, one])).toEqual([a]);
  });

  test('what waits for the person stays, with all that concerns the same todo', () => {
    const question: Change = { ...a, theirs: aTodo() };
    const next = anEdit('01A', { notes: '' }, { notes: 'n' });
    expect(nextBatch([question, next, b])).toEqual([b]);
  });

  test('what was refused holds nothing else up', () => {
    const next = anEdit('01A', { notes: '' }, { notes: 'n' });
    expect(nextBatch([{ ...a, refused: 'No.' }, next])).toEqual([next]);
  });

  test('what concerns a todo that is not created yet waits for its name', () => {
    expect(nextBatch([anEdit('new-1', { title: '' }, { title: 'x' })])).toEqual([]);
  });

  test('never more than four at once', () => {
    const many = Array.from({ length: 9 }, (_, place) => anEdit(`01${place}`, { title: '' }, { title: 'x' }));
    expect(nextBatch(many)).toHaveLength(4);
  });
});

describe('sending', () => {
  test('a creation gets its real name, and edits made meanwhile follow under it', async () => {
    const server = aServer();
    const tab = await aTab(server, newBrowser());
    await tab.does(aCreate('new-1', { title: 'a' }));
    await tab.does(anEdit('010001', { title: 'a' }, { title: 'b' }));
    expect([...server.live.values()]).toMatchObject([{ id: '010001', title: 'b', version: 2 }]);
    expect(tab.queue.waiting).toEqual([]);
  });

  test('a lost answer is no second todo', async () => {
    const faults: Fault[] = ['unanswered'];
    const server = aServer({ fault: () => faults.shift() ?? null });
    const tab = await aTab(server, newBrowser());
    await tab.does(aCreate('new-1', { title: 'a' }));
    expect(tab.connection.isReachable).toBe(false);
    expect(tab.queue.waiting).toHaveLength(1);
    await tab.clock.pass(2_000);
    expect(server.live.size).toBe(1);
    expect(tab.queue.waiting).toEqual([]);
    expect(tab.told.caughtUp).toEqual([1]);
  });

  test('nothing is sent while nobody answers, and all of it, in order, once somebody does', async () => {
    let isDown = true;
    const server = aServer({ fault: () => (isDown ? 'lost' : null) });
    const tab = await aTab(server, newBrowser());
    await tab.does(aCreate('new-1', { title: 'first' }), aCreate('new-2', { title: 'second' }));
    await tab.does(aCreate('new-3', { title: 'third' }));
    expect(server.calls).toEqual([]);
    isDown = false;
    await tab.clock.pass(2_000);
    expect(server.calls.filter(call => call.startsWith('create'))).toEqual([
      'create first',
      'create second',
      'create third',
    ]);
    expect(tab.told.caughtUp).toEqual([3]);
  });

  test('two tabs send each change once', async () => {
    const server = aServer();
    const browser = newBrowser();
    const here = await aTab(server, browser);
    const there = await aTab(server, browser);
    await Promise.all([
      here.does(...[1, 2, 3].map(each => aCreate(`new-h${each}`, { title: `here ${each}` }))),
      there.does(...[1, 2, 3].map(each => aCreate(`new-t${each}`, { title: `there ${each}` }))),
    ]);
    await settled();
    expect(server.calls.filter(call => call.startsWith('create')).sort()).toEqual([
      'create here 1',
      'create here 2',
      'create here 3',
      'create there 1',
      'create there 2',
      'create there 3',
    ]);
    expect(here.queue.waiting).toEqual([]);
    expect(there.queue.waiting).toEqual([]);
  });

  test('a busy server is left alone for as long as it says', async () => {
    const faults: Fault[] = ['busy'];
    const server = aServer({ fault: () => faults.shift() ?? null });
    const tab = await aTab(server, newBrowser());
    await tab.does(aCreate('new-1', { title: 'a' }));
    expect(tab.told.busy).toEqual([7_000]);
    await tab.clock.pass(6_999);
    expect(server.calls).toEqual([]);
    await tab.clock.pass(1);
    expect(server.calls).toEqual(['create a']);
    expect(tab.told.busy).toEqual([7_000, null]);
    expect(tab.told.caughtUp).toEqual([]);
  });

  test('the person need not wait that long', async () => {
    const faults: Fault[] = ['busy'];
    const server = aServer({ fault: () => faults.shift() ?? null });
    const tab = await aTab(server, newBrowser());
    await tab.does(aCreate('new-1', { title: 'a' }));
    tab.sender.retry();
    await settled();
    expect(server.calls).toEqual(['create a']);
  });

  test('a fault is told, holds up nothing else, and is tried again only when asked', async () => {
    const faults: Fault[] = ['broken'];
    const server = aServer({ fault: () => faults.shift() ?? null });
    const tab = await aTab(server, newBrowser());
    await tab.does(aCreate('new-1', { title: 'a' }), aCreate('new-2', { title: 'b' }));
    expect(server.calls).toEqual(['create b']);
    expect(tab.queue.waiting).toMatchObject([{ refused: 'The server had a fault.', fields: { title: 'a' } }]);
  });

  test('when the session has ended, everything stays where it is', async () => {
    const server = aServer();
    const { SignedOut } = await import('../api/failures');
    server.api.create = () => Promise.reject(new SignedOut());
    const tab = await aTab(server, newBrowser());
    await tab.does(aCreate('new-1', { title: 'a' }));
    expect(tab.told.signedOut).toBe(1);
    expect(tab.queue.waiting).toHaveLength(1);
  });
});

describe('meeting others', () => {
  test('edits that do not touch are merged without a question', async () => {
    const server = aServer();
    const tab = await aTab(server, newBrowser());
    server.put(aTodo());
    server.elsewhere('01A', { tags: ['urgent'] });
    await tab.does(anEdit('01A', { title: 'Water the tomatoes' }, { title: 'Water the basil' }));
    expect(server.live.get('01A')).toMatchObject({ title: 'Water the basil', tags: ['urgent'], version: 3 });
    expect(tab.queue.waiting).toEqual([]);
  });

  test('edits that touch wait for a choice, and nothing is written', async () => {
    const server = aServer();
    const tab = await aTab(server, newBrowser());
    server.put(aTodo());
    server.elsewhere('01A', { title: 'Theirs' });
    await tab.does(anEdit('01A', { title: 'Water the tomatoes' }, { title: 'Ours' }));
    expect(server.live.get('01A')?.title).toBe('Theirs');
    expect(tab.queue.waiting).toMatchObject([{ to: { title: 'Ours' }, theirs: { title: 'Theirs' } }]);
    expect(tab.known.get('01A')?.title).toBe('Theirs');
  });

  test('a todo that was deleted elsewhere is asked about', async () => {
    const server = aServer();
    const tab = await aTab(server, newBrowser());
    tab.known.set('01A', aTodo());
    await tab.does(anEdit('01A', { title: 'Water the tomatoes' }, { title: 'Ours' }));
    expect(tab.queue.waiting).toMatchObject([{ gone: { id: '01A' }, to: { title: 'Ours' } }]);
  });

  test('a deletion of what is gone already is done', async () => {
    const tab = await aTab(aServer(), newBrowser());
    await tab.does(aDelete(aTodo()));
    expect(tab.queue.waiting).toEqual([]);
  });

  test('a deletion is undone from the trash, and beyond the trash by creating anew', async () => {
    const server = aServer();
    const tab = await aTab(server, newBrowser());
    server.put(aTodo());
    await tab.does(aDelete(aTodo()));
    expect(server.live.size).toBe(0);
    await tab.does(aRestore(aTodo()));
    expect(server.live.get('01A')?.title).toBe('Water the tomatoes');
    await tab.does(aRestore(aTodo({ id: '01Z', title: 'Long gone' })));
    expect([...server.live.values()].map(({ title }) => title)).toContain('Long gone');
    expect(tab.queue.waiting).toEqual([]);
  });
});

describe('clearing', () => {
  const done = (id: string) => aTodo({ id, completed: true });

  test('is one request where the server has done what the person saw done', async () => {
    const server = aServer();
    const tab = await aTab(server, newBrowser());
    server.put(done('01A'), done('01B'), aTodo({ id: '01C' }));
    await tab.does(aClear(done('01A'), done('01B')));
    expect(server.calls).toEqual(['page done', 'clear']);
    expect([...server.live.keys()]).toEqual(['01C']);
  });

  test('leaves what was finished elsewhere meanwhile', async () => {
    const server = aServer();
    const tab = await aTab(server, newBrowser());
    server.put(done('01A'), done('01B'), done('01C'));
    await tab.does(aClear(done('01A'), done('01B')));
    expect(server.calls).not.toContain('clear');
    expect([...server.live.keys()]).toEqual(['01C']);
    expect(tab.queue.waiting).toEqual([]);
  });
});

describe('whatever goes wrong', () => {
  /** A small generator, so that a failure can be repeated. */
  function dice(seed: number) {
    let state = seed;
    return (sides: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * sides);
    };
  }

  test.each(Array.from({ length: 200 }, (_, seed) => seed))(
    'nothing is lost and nothing is done twice (%i)',
    async seed => {
      const roll = dice(seed + 1);
      let isCalm = false;
      const fault = (): Fault =>
        isCalm ? null : ((['lost', 'unanswered', 'busy'] as const)[roll(6)] ?? null);
      const server = aServer({ fault });
      const browser = { ...newBrowser(), store: slowStore(() => roll(12)) };
      const [one, other] = [await aTab(server, browser), await aTab(server, browser)];
      const wanted = new Map<string, { notes: string; completed: boolean }>();

      for (let step = 0; step < 30; step += 1) {
        const isFirst = roll(2) === 0;
        const tab = isFirst ? one : other;
        const shown = [...present(tab.known, tab.queue.waiting).values()];
        const todo = shown[roll(shown.length || 1)];
        if (roll(3) === 0 || !todo) {
          const title = `todo ${step}`;
          wanted.set(title, { notes: '', completed: false });
          tab.begins(aCreate(`new-${step}`, { title }));
        } else {
          // Notes are written in one tab and marks set in the other, so that no two of them clash.
          const to = isFirst ? { notes: `${step}` } : { completed: !todo.completed };
          const seen = isFirst ? { notes: todo.notes } : { completed: todo.completed };
          wanted.set(todo.title, { ...wanted.get(todo.title), ...to } as never);
          tab.begins(anEdit(todo.id, seen, to, { version: todo.version }));
        }
        if (roll(3) === 0) await browser.clock.pass(roll(3) * 1_000);
        else for (let turns = roll(30); turns > 0; turns -= 1) await Promise.resolve();
      }
      isCalm = true;
      await browser.clock.pass(120_000);

      expect([...one.queue.waiting, ...other.queue.waiting]).toEqual([]);
      const found = [...server.live.values()].map(
        ({ title, notes, completed }) => [title, { notes, completed }] as const,
      );
      expect(found).toHaveLength(wanted.size);
      expect(new Map(found)).toEqual(wanted);
    },
  );
});

test('a refusal that names a field says what it wants', async () => {
  const server = aServer();
  server.api.create = () =>
    Promise.reject(
      refusal(400, 'invalid-body', { errors: [{ field: 'title', message: 'Expected 1 to 500 characters' }] }),
    );
  const tab = await aTab(server, newBrowser());
  await tab.does(aCreate('new-1', { title: 'a' }));
  expect(tab.queue.waiting).toMatchObject([{ refused: 'Expected 1 to 500 characters.' }]);
});
