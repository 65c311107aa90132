import { describe, expect, test } from 'vitest';
import { aClear, aCreate, aDelete, anEdit, aTodo } from '../testing/todos';
import type { Change, Edit } from './change';
import * as settle from './settle';

const names = () => {
  let count = 0;
  return () => {
    count += 1;
    return `ulid-${count}`;
  };
};
const tried = (change: Change): Change => ({ ...change, tried: true });

describe('an answer', () => {
  test('to a creation gives the todo its real name in everything that waits', () => {
    const create = aCreate('new-1', { title: 'a' });
    const edit = anEdit('new-1', { title: 'a' }, { title: 'b' }, { version: 0 });
    const clear = aClear(aTodo({ id: 'new-1' }), aTodo({ id: '01B' }));
    const rest = settle.done([create, edit, clear], create.key, aTodo({ id: '01C', title: 'a', version: 1 }));
    expect(rest).toMatchObject([
      { kind: 'edit', todo: '01C', version: 1 },
      { kind: 'clear', todos: [{ id: '01C' }, { id: '01B' }] },
    ]);
  });

  test('to an edit is what the next edit goes on top of', () => {
    const first = tried(anEdit('01A', { title: 'a' }, { title: 'b' }));
    const second = anEdit('01A', { title: 'b' }, { title: 'c' });
    const rest = settle.done([first, second], first.key, aTodo({ title: 'b', version: 2 }));
    expect(rest).toMatchObject([{ version: 2 }]);
  });

  test('that is not what the next edit was made on leaves that edit to be refused as stale', () => {
    const first = tried(anEdit('01A', { title: 'a' }, { title: 'b' }));
    const second = anEdit('01A', { title: 'a' }, { title: 'from another tab' });
    const rest = settle.done([first, second], first.key, aTodo({ title: 'b', version: 2 }));
    expect(rest).toMatchObject([{ version: 1 }]);
  });
});

describe('somebody was first', () => {
  const theirs = aTodo({ title: 'theirs', version: 5 });

  test('and touched other fields: ours goes on top of theirs', () => {
    const edit = tried(anEdit('01A', { notes: '' }, { notes: 'ours' }));
    const [rebased] = settle.stale([edit], edit.key, theirs);
    expect(rebased).toEqual({ ...edit, tried: undefined, version: 5, seen: { notes: '' } });
    expect(rebased).not.toHaveProperty('tried');
  });

  test('and did the same: nothing is left to send', () => {
    const edit = tried(anEdit('01A', { completed: false }, { completed: true }));
    expect(settle.stale([edit], edit.key, aTodo({ completed: true, version: 5 }))).toEqual([]);
  });

  test('and touched the same field: it waits for a choice', () => {
    const edit = tried(anEdit('01A', { title: 'a' }, { title: 'ours' }));
    expect(settle.stale([edit], edit.key, theirs)).toMatchObject([
      { to: { title: 'ours' }, theirs: { version: 5 } },
    ]);
  });

  test('what was done to the todo meanwhile belongs to the same choice', () => {
    const edit = tried(anEdit('01A', { title: 'a' }, { title: 'ours' }));
    const next = anEdit('01A', { notes: '' }, { notes: 'n' });
    const other = anEdit('01B', { notes: '' }, { notes: 'n' });
    const rest = settle.stale([edit, next, other], edit.key, theirs);
    expect(rest).toMatchObject([{ to: { title: 'ours', notes: 'n' }, theirs: {} }, { todo: '01B' }]);
  });
});

describe('the choice', () => {
  const theirs = aTodo({ title: 'theirs', tags: ['t'], version: 5 });
  const open = (): Edit =>
    anEdit('01A', { title: 'a', notes: '' }, { title: 'ours', notes: 'ours alone' }, { theirs });

  test('mine: ours goes on top of their version', () => {
    const edit = open();
    const [chosen] = settle.choose([edit], edit.key, 'mine', names());
    expect(chosen).toMatchObject({ version: 5, seen: { title: 'theirs', notes: '' }, to: edit.to });
    expect(chosen).not.toHaveProperty('theirs');
  });

  test('theirs: what only we changed is kept all the same', () => {
    const edit = open();
    const [chosen] = settle.choose([edit], edit.key, 'theirs', names());
    expect(chosen).toMatchObject({ version: 5, to: { notes: 'ours alone' } });
    expect((chosen as Edit).to).not.toHaveProperty('title');
  });

  test('theirs, where ours was nothing but the clash: nothing is sent', () => {
    const edit = anEdit('01A', { title: 'a' }, { title: 'ours' }, { theirs });
    expect(settle.choose([edit], edit.key, 'theirs', names())).toEqual([]);
  });

  test('both: theirs stays, and ours becomes a todo of its own', () => {
    const edit = open();
    const [second, ...rest] = settle.choose([edit], edit.key, 'both', names());
    expect(rest).toEqual([]);
    expect(second).toMatchObject({
      kind: 'create',
      todo: 'new-ulid-2',
      fields: { title: 'ours', notes: 'ours alone', tags: ['t'] },
    });
  });

  test('both: a moment of ours takes the place of a day of theirs', () => {
    const moment = '2026-03-11T06:59:59.999Z';
    const edit = anEdit(
      '01A',
      { due_at: null },
      { due_at: moment },
      { theirs: aTodo({ due_on: '2026-03-12' }) },
    );
    const [second] = settle.choose([edit], edit.key, 'both', names());
    expect(second).toMatchObject({ kind: 'create', fields: { due_on: null, due_at: moment } });
  });

  test('of nothing changes nothing', () => {
    const edit = anEdit('01A', { title: 'a' }, { title: 'b' });
    expect(settle.choose([edit], edit.key, 'mine', names())).toEqual([edit]);
  });
});

describe('deleted elsewhere', () => {
  const was = aTodo({ title: 'a', notes: 'n' });

  test('the edit waits, and can be put on the restored todo', () => {
    const edit = tried(anEdit('01A', { title: 'a' }, { title: 'b' }));
    const held = settle.gone([edit], edit.key, was);
    expect(held).toMatchObject([{ gone: { notes: 'n' } }]);
    const back = settle.bringBack(held, edit.key, names());
    expect(back).toMatchObject([
      { kind: 'restore', todo: '01A' },
      { kind: 'edit', to: { title: 'b' } },
    ]);
    expect(back[1]).not.toHaveProperty('gone');
  });

  test('and beyond restoring, it is created anew with what was edited', () => {
    const edit = anEdit('01A', { title: 'a' }, { title: 'b' }, { gone: was });
    const back = settle.bringBack([edit], edit.key, names());
    const anew = settle.beyondRestoring(back, back[0]?.key ?? '', names());
    expect(anew).toMatchObject([{ kind: 'create', todo: 'new-ulid-1', fields: { title: 'b', notes: 'n' } }]);
  });
});

describe('refused', () => {
  test('because of the request: the next try is another request', () => {
    const edit = tried(anEdit('01A', { title: 'a' }, { title: 'b' }));
    const [held] = settle.refused([edit], edit.key, 'No.', 'key-new');
    expect(held).toMatchObject({ key: 'key-new', refused: 'No.' });
    expect(held).not.toHaveProperty('tried');
  });

  test('because of a fault: the next try is the same request, as it may have happened', () => {
    const edit = tried(anEdit('01A', { title: 'a' }, { title: 'b' }));
    const held = settle.refused([edit], edit.key, 'Fault.', null);
    expect(held).toEqual([{ ...edit, refused: 'Fault.' }]);
    expect(settle.again(held, edit.key)).toEqual([edit]);
  });
});

test('what is sent is marked, and the others are not', () => {
  const [one, other] = [aDelete(aTodo()), aDelete(aTodo({ id: '01B' }))];
  expect(settle.tried([one, other], [one.key])).toEqual([{ ...one, tried: true }, other]);
});
