import { describe, expect, test } from 'vitest';
import type { Listing } from '../api/todos';
import type { Todo } from '../api/types';
import { aTodo } from '../testing/todos';
import {
  forget,
  isCovered,
  isRead,
  type Known,
  learn,
  learnPage,
  nextListing,
  nothingKnown,
  startOver,
} from './coverage';

const open = (id: string, due_on: string | null = null) => aTodo({ id, due_on });
const done = (id: string) => aTodo({ id, completed: true });

function read(known: Known, listing: Listing, items: Todo[], next: string | null, after = ''): Known {
  return learnPage(known, { listing, page: { items, next }, after, asked: known.todos });
}

const covered = (known: Known, ...view: ['all' | 'active' | 'completed', 'created' | 'due']) =>
  [...known.todos.values()]
    .filter(todo => view[0] === 'all' || todo.completed === (view[0] === 'completed'))
    .filter(todo => isCovered(known, todo, ...view))
    .map(({ id }) => id);

describe('reading page by page', () => {
  test('a listing is read when its last page has come', () => {
    const first = read(nothingKnown(), 'all', [open('01A')], 'more');
    expect(isRead(first, 'all')).toBe(false);
    const last = read(first, 'all', [open('01B')], null, '01A');
    expect(isRead(last, 'all')).toBe(true);
    expect(isRead(last, 'open')).toBe(true);
    expect(isRead(last, 'due')).toBe(true);
  });

  test('the open and the done ones together are all', () => {
    const half = read(nothingKnown(), 'open', [open('01A')], null);
    expect(isRead(half, 'all')).toBe(false);
    expect(isRead(half, 'due')).toBe(true);
    expect(isRead(read(half, 'done', [done('01B')], null), 'all')).toBe(true);
  });

  test('what a page should hold and does not is gone', () => {
    const known = read(nothingKnown(), 'all', [open('01A'), open('01B'), open('01C')], null);
    const again = read(known, 'all', [open('01A'), open('01C')], null);
    expect([...again.todos.keys()]).toEqual(['01A', '01C']);
  });

  test('what came while the page was on its way is not', () => {
    const before = read(nothingKnown(), 'all', [open('01A')], null);
    const meanwhile = learn(before, open('01B'));
    const page = { items: [open('01A')], next: null };
    const after = learnPage(meanwhile, { listing: 'all', page, after: '', asked: before.todos });
    expect([...after.todos.keys()]).toEqual(['01A', '01B']);
  });

  test('an old answer does not undo a newer one, and does not bring back what was deleted', () => {
    const known = learn(nothingKnown(), aTodo({ version: 3, title: 'new' }));
    expect(read(known, 'all', [aTodo({ version: 2, title: 'old' })], null).todos.get('01A')?.title).toBe(
      'new',
    );
    expect(read(forget(known, ['01A']), 'all', [aTodo({ version: 3 })], null).todos.size).toBe(0);
  });

  test('what was brought back is there again', () => {
    const known = learn(forget(learn(nothingKnown(), aTodo()), ['01A']), aTodo({ version: 2 }));
    expect(read(known, 'all', [aTodo({ version: 2 })], null).todos.size).toBe(1);
  });
});

describe('what can be shown without a gap', () => {
  test('goes up to where the listing was read', () => {
    const known = read(nothingKnown(), 'all', [open('01A'), done('01B')], 'more');
    const more = read(known, 'open', [open('01A'), open('01D')], 'more');
    expect(covered(more, 'all', 'created')).toEqual(['01A', '01B']);
    expect(covered(more, 'active', 'created')).toEqual(['01A', '01D']);
    expect(covered(more, 'completed', 'created')).toEqual(['01B']);
  });

  test('and what the person did themselves', () => {
    const known = read(nothingKnown(), 'all', [open('01A')], 'more');
    expect(covered(learn(known, open('01Z')), 'all', 'created')).toEqual(['01A', '01Z']);
    expect(isCovered(known, open('new-1'), 'all', 'created')).toBe(true);
  });

  test('by due date: dated ones first, the others once those are all there', () => {
    const some = read(nothingKnown(), 'all', [open('01A'), open('01B', '2026-11-30')], 'more');
    const dated = read(some, 'due', [open('01C', '2026-11-21')], 'more');
    expect(covered(dated, 'all', 'due')).toEqual(['01C']);
    const allDated = read(dated, 'due', [open('01B', '2026-11-30')], null, '2026-11-21T23:59:59.999Z#01C');
    expect(covered(allDated, 'all', 'due')).toEqual(['01A', '01B', '01C']);
  });

  test('by due date: what is done comes once all that is open is there', () => {
    const known = read(nothingKnown(), 'done', [done('01A')], null);
    expect(covered(known, 'all', 'due')).toEqual([]);
    expect(covered(read(known, 'open', [], null), 'all', 'due')).toEqual(['01A']);
  });
});

describe('what to read next', () => {
  test('is what the view is made of', () => {
    const known = nothingKnown();
    expect(nextListing(known, 'all', 'created')).toBe('all');
    expect(nextListing(known, 'active', 'created')).toBe('open');
    expect(nextListing(known, 'completed', 'due')).toBe('done');
    expect(nextListing(known, 'all', 'due')).toBe('due');
  });

  test('by due date it is one listing after the other', () => {
    const dated = read(nothingKnown(), 'due', [], null);
    expect(nextListing(dated, 'all', 'due')).toBe('open');
    const opened = read(dated, 'open', [], null);
    expect(nextListing(opened, 'active', 'due')).toBeNull();
    expect(nextListing(opened, 'all', 'due')).toBe('done');
    expect(nextListing(read(opened, 'done', [], null), 'all', 'due')).toBeNull();
  });

  test('is the whole listing again after its cursor broke', () => {
    const known = startOver(read(nothingKnown(), 'open', [open('01A')], 'more'), 'open');
    expect(known.reach.open).toEqual({ upTo: '', next: null });
  });
});
