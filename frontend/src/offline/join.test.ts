import { describe, expect, test } from 'vitest';
import { aClear, aCreate, aDelete, anEdit, aRestore, aTodo } from '../testing/todos';
import type { Change, Edit } from './change';
import { join } from './join';

const joined = (...changes: Change[]): Change[] => changes.reduce(join, []);
const todo = aTodo();

describe('edits', () => {
  test('two of one todo become one, from the first sight to the last words', () => {
    const first = anEdit('01A', { title: 'a' }, { title: 'b' });
    const second = anEdit(
      '01A',
      { title: 'b', completed: false },
      { title: 'c', completed: true },
      { version: 2 },
    );
    const [edit, ...rest] = joined(first, second) as Edit[];
    expect(rest).toEqual([]);
    expect(edit).toMatchObject({
      key: first.key,
      version: 1,
      seen: { title: 'a', completed: false },
      to: { title: 'c', completed: true },
    });
  });

  test('of a due date keep its day and its moment together', () => {
    const edit = anEdit('01A', { due_on: null, due_at: null }, { due_on: '2026-03-10', due_at: null });
    expect(joined(edit)).toEqual([edit]);
    const back = anEdit('01A', edit.to, edit.seen);
    expect(joined(edit, back)).toEqual([]);
  });

  test('of a due date follow one that an earlier version of this page kept', () => {
    const moment = '2026-03-11T06:59:59.999Z';
    const kept = anEdit('01A', { due_at: null }, { due_at: moment });
    const next = anEdit('01A', { due_on: null, due_at: moment }, { due_on: '2026-03-12', due_at: null });
    expect(joined(kept, next)).toMatchObject([{ key: kept.key, to: { due_on: '2026-03-12', due_at: null } }]);
  });

  test('of different todos stay apart, in order', () => {
    const changes = [
      anEdit('01A', { title: 'a' }, { title: 'b' }),
      anEdit('01B', { title: 'a' }, { title: 'b' }),
    ];
    expect(joined(...changes)).toEqual(changes);
  });

  test('there and back again is nothing to send', () => {
    const there = anEdit('01A', { completed: false }, { completed: true });
    const back = anEdit('01A', { completed: true }, { completed: false });
    expect(joined(there, back)).toEqual([]);
  });

  test('what changes nothing is not sent', () => {
    expect(joined(anEdit('01A', { title: 'a' }, { title: 'a' }))).toEqual([]);
    const half = joined(anEdit('01A', { title: 'a', notes: '' }, { title: 'a', notes: 'n' }));
    expect(half).toMatchObject([{ seen: { notes: '' }, to: { notes: 'n' } }]);
  });

  test('one that may have arrived is sent again as it was, and the next follows it', () => {
    const sent: Change = { ...anEdit('01A', { title: 'a' }, { title: 'b' }), tried: true };
    const next = anEdit('01A', { title: 'b' }, { title: 'c' });
    expect(joined(sent, next)).toEqual([sent, next]);
  });

  test('two tabs that did not see each other are not joined, so neither is lost', () => {
    const here = anEdit('01A', { title: 'a' }, { title: 'from here' });
    const there = anEdit('01A', { title: 'a' }, { title: 'from there' }, { tab: 'tab-2' });
    expect(joined(here, there)).toEqual([here, there]);
  });

  test('two tabs that changed different fields are joined', () => {
    const here = anEdit('01A', { title: 'a' }, { title: 'b' });
    const there = anEdit('01A', { notes: '' }, { notes: 'n' }, { tab: 'tab-2' });
    expect(joined(here, there)).toMatchObject([{ to: { title: 'b', notes: 'n' } }]);
  });

  test('a new edit replaces a refused one of the same fields, and no other', () => {
    const refused: Change = { ...anEdit('01A', { title: 'a' }, { title: 'b' }), refused: 'No.' };
    const same = anEdit('01A', { title: 'a' }, { title: 'c' });
    const other = anEdit('01A', { notes: '' }, { notes: 'n' });
    expect(joined(refused, same)).toEqual([same]);
    expect(joined(refused, other)).toEqual([refused, other]);
  });

  test('while a choice is open, further edits join it', () => {
    const open: Change = { ...anEdit('01A', { title: 'a' }, { title: 'b' }), theirs: aTodo({ title: 'x' }) };
    const next = anEdit('01A', { title: 'b' }, { title: 'c' });
    expect(joined(open, next)).toMatchObject([{ key: open.key, to: { title: 'c' }, theirs: { title: 'x' } }]);
  });
});

describe('a todo that was never sent', () => {
  const create = aCreate('new-1', { title: 'a' });

  test('takes edits in', () => {
    const edit = anEdit('new-1', { title: 'a', tags: [] }, { title: 'b', tags: ['t'] });
    expect(joined(create, edit)).toEqual([
      { ...create, fields: { ...create.fields, title: 'b', tags: ['t'] } },
    ]);
  });

  test('is gone without a trace when it is deleted', () => {
    expect(joined(create, aDelete(aTodo({ id: 'new-1' })))).toEqual([]);
  });

  test('is gone when it is cleared, and the others are cleared still', () => {
    const clear = aClear(aTodo({ id: 'new-1' }), aTodo({ id: '01B' }));
    expect(joined(create, clear)).toMatchObject([{ kind: 'clear', todos: [{ id: '01B' }] }]);
    expect(joined(create, aClear(aTodo({ id: 'new-1' })))).toEqual([]);
  });

  test('is created after all when its deletion is undone', () => {
    const was = aTodo({ id: 'new-1', title: 'a', notes: 'n' });
    const [only, ...rest] = joined(create, aDelete(was), aRestore(was));
    expect(rest).toEqual([]);
    expect(only).toMatchObject({ kind: 'create', todo: 'new-1', fields: { title: 'a', notes: 'n' } });
  });

  test('keeps its deletion where its creation may have arrived', () => {
    const sent: Change = { ...create, tried: true };
    const gone = aDelete(aTodo({ id: 'new-1' }));
    expect(joined(sent, gone)).toEqual([sent, gone]);
  });
});

describe('deletions', () => {
  test('are taken back by an undo', () => {
    expect(joined(aDelete(todo), aRestore(todo))).toEqual([]);
  });

  test('that may have arrived are followed by the undo', () => {
    const sent: Change = { ...aDelete(todo), tried: true };
    const undo = aRestore(todo);
    expect(joined(sent, undo)).toEqual([sent, undo]);
  });

  test('keep the words that were written just before, for the undo', () => {
    const edit = anEdit('01A', { title: 'a' }, { title: 'b' });
    const gone = aDelete(todo);
    expect(joined(edit, gone)).toEqual([edit, gone]);
    expect(joined(edit, gone, aRestore(todo))).toEqual([edit]);
  });

  test('close what was still open about the todo', () => {
    const open: Change = { ...anEdit('01A', { title: 'a' }, { title: 'b' }), theirs: aTodo() };
    const gone = aDelete(todo);
    expect(joined(open, gone)).toEqual([gone]);
  });
});

describe('clearing', () => {
  test('is taken back for one, and then for all', () => {
    const other = aTodo({ id: '01B' });
    const clear = aClear(todo, other);
    expect(joined(clear, aRestore(todo))).toMatchObject([{ kind: 'clear', todos: [{ id: '01B' }] }]);
    expect(joined(clear, aRestore(todo), aRestore(other))).toEqual([]);
  });
});
