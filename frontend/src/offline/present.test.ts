import { expect, test } from 'vitest';
import { aClear, aCreate, aDelete, anEdit, aRestore, aTodo } from '../testing/todos';
import type { Change } from './change';
import { byCreation, present } from './present';

const known = new Map(
  [aTodo({ id: '01A', title: 'a' }), aTodo({ id: '01B', title: 'b' })].map(each => [each.id, each]),
);
const titles = (...waiting: Change[]) => [...present(known, waiting).values()].map(({ title }) => title);

test('what waits shows at once', () => {
  expect(titles(anEdit('01A', { title: 'a' }, { title: 'A' }))).toEqual(['A', 'b']);
  expect(titles(aCreate('new-1', { title: 'c' }))).toEqual(['a', 'b', 'c']);
  expect(titles(aDelete(aTodo({ id: '01A' })))).toEqual(['b']);
  expect(titles(aClear(aTodo({ id: '01A' }), aTodo({ id: '01B' })))).toEqual([]);
  expect(titles(aRestore(aTodo({ id: '01C', title: 'c' })))).toEqual(['a', 'b', 'c']);
});

test('what was refused does not', () => {
  expect(titles({ ...anEdit('01A', { title: 'a' }, { title: 'A' }), refused: 'No.' })).toEqual(['a', 'b']);
});

test('while a choice is open the list shows ours on top of theirs', () => {
  const theirs = aTodo({ id: '01A', title: 'theirs', tags: ['new'], version: 3 });
  const shown = present(known, [anEdit('01A', { title: 'a' }, { title: 'ours' }, { theirs })]).get('01A');
  expect(shown).toMatchObject({ title: 'ours', tags: ['new'], version: 3 });
});

test('a todo that was deleted elsewhere while it was changed is still there', () => {
  const gone = aTodo({ id: '01C', title: 'c' });
  expect(titles(anEdit('01C', { title: 'c' }, { title: 'C' }, { gone }))).toEqual(['a', 'b', 'C']);
});

test('an edit of a todo that is not known shows nothing', () => {
  expect(titles(anEdit('01Z', { title: 'z' }, { title: 'Z' }))).toEqual(['a', 'b']);
});

test('oldest first, and what has no real name yet last', () => {
  const ids = ['new-2', '01B', 'new-1', '01A'].map(id => aTodo({ id }));
  expect(ids.sort(byCreation).map(({ id }) => id)).toEqual(['01A', '01B', 'new-1', 'new-2']);
});
