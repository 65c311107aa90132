/** What the list shows: filter, order, counts. */
import type { Todo } from '../api/types';
import { byCreation } from '../offline/present';
import { isCovered, isRead, type Known } from './coverage';
import { dueKey, dueOf } from './dates';

export type Filter = 'all' | 'active' | 'completed';
export type Sort = 'created' | 'due';

export interface View {
  rows: Todo[];
  total: number;
  left: number;
  done: number;
  /** Whether `left` counts every open todo there is. */
  isLeftExact: boolean;
  isWhole: boolean;
}

export interface ViewRequest {
  known: Known;
  /** The todos with everything that waits on top. */
  todos: ReadonlyMap<string, Todo>;
  filter: Filter;
  sort: Sort;
  /** How todos stood before they were changed in this view: a row stays where it is while it is in the hand. */
  before: ReadonlyMap<string, Todo>;
}

export function filterOf(hash: string): Filter {
  if (hash === '#/active') return 'active';
  return hash === '#/completed' ? 'completed' : 'all';
}

export function view({ known, todos, filter, sort, before }: ViewRequest): View {
  const place = (todo: Todo): Todo => before.get(todo.id) ?? todo;
  const all = [...todos.values()];
  const rows = all
    .filter(todo => filter === 'all' || todo.completed === (filter === 'completed'))
    .filter(todo => isCovered(known, place(todo), filter, sort))
    .sort((one, other) => ordered(place(one), place(other), sort));
  const left = all.filter(todo => !todo.completed).length;
  return {
    rows,
    total: all.length,
    left,
    done: all.length - left,
    isLeftExact: isRead(known, 'open'),
    isWhole: isRead(known, 'all'),
  };
}

function ordered(one: Todo, other: Todo, sort: Sort): number {
  return (sort === 'due' && byDue(one, other)) || byCreation(one, other);
}

/** What is due, soonest first; then what has no date; then what is done. */
function byDue(one: Todo, other: Todo): number {
  const [group, otherGroup] = [groupOf(one), groupOf(other)];
  if (group !== otherGroup) return group - otherGroup;
  const [due, otherDue] = [dueKey(one), dueKey(other)];
  if (group > 0 || due === otherDue) return 0;
  return due < otherDue ? -1 : 1;
}

function groupOf(todo: Todo): number {
  if (todo.completed) return 2;
  return dueOf(todo) ? 0 : 1;
}
