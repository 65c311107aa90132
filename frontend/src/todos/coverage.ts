/** How much of the list is known: the API gives it in pages, by several listings that each have their own end. */
import type { Listing } from '../api/todos';
import type { Todo, TodoPage } from '../api/types';
import { isOwnId } from '../offline/change';
import { dueKey, dueOf } from './dates';
import type { Filter, Sort } from './view';

/** How far a listing has been read. */
export interface Reach {
  /** All up to this sort key are known. */
  upTo: string;
  /** Where the next page starts; null before the first page and after the last. */
  next: string | null;
}

export interface Known {
  todos: ReadonlyMap<string, Todo>;
  reach: Readonly<Record<Listing, Reach>>;
  /** Changed by this person since the page was opened: shown wherever the listings end. */
  touched: ReadonlySet<string>;
  /** Deleted since: an answer that was on its way must not bring them back. */
  gone: ReadonlySet<string>;
}

const NOTHING = '';
const EVERYTHING = '\uffff';
const UNREAD: Reach = { upTo: NOTHING, next: null };

export const nothingKnown = (): Known => ({
  todos: new Map(),
  reach: { all: UNREAD, open: UNREAD, done: UNREAD, due: UNREAD },
  touched: new Set(),
  gone: new Set(),
});

const isWhole = ({ upTo }: Reach): boolean => upTo === EVERYTHING;

/** Whether a listing, or others together, have been read to the end. */
export function isRead({ reach }: Known, listing: Listing): boolean {
  if (isWhole(reach.all) || isWhole(reach[listing])) return true;
  if (listing === 'all') return isWhole(reach.open) && isWhole(reach.done);
  return listing === 'due' && isWhole(reach.open);
}

/** The listings to read for a view, one after the other. */
export function listingsOf(filter: Filter, sort: Sort): Listing[] {
  if (filter === 'completed') return ['done'];
  if (sort === 'due') return filter === 'active' ? ['due', 'open'] : ['due', 'open', 'done'];
  return [filter === 'active' ? 'open' : 'all'];
}

export const nextListing = (known: Known, filter: Filter, sort: Sort): Listing | null =>
  listingsOf(filter, sort).find(listing => !isRead(known, listing)) ?? null;

const sortKey = (todo: Todo, listing: Listing): string =>
  listing === 'due' ? `${dueKey(todo)}#${todo.id}` : todo.id;

/** Whether every todo before this one is known too, so that showing it leaves no gap. */
export function isCovered(known: Known, todo: Todo, filter: Filter, sort: Sort): boolean {
  if (isOwnId(todo.id) || known.touched.has(todo.id)) return true;
  const { reach } = known;
  const state = todo.completed ? 'done' : 'open';
  const isListed = todo.id <= reach.all.upTo || todo.id <= reach[state].upTo;
  if (sort === 'created' || filter === 'completed') {
    if (filter === 'all') return todo.id <= allUpTo(known);
    return isListed;
  }
  if (!todo.completed && dueOf(todo)) {
    return sortKey(todo, 'due') <= reach.due.upTo || isRead(known, 'due');
  }
  return isListed && isRead(known, 'due') && (!todo.completed || isRead(known, 'open'));
}

/** Up to where nothing is missing, by the listing of all or by its two halves together. */
function allUpTo({ reach: { all, open, done } }: Known): string {
  const [together = NOTHING] = [open.upTo, done.upTo].sort();
  return [all.upTo, together].sort().at(-1) ?? NOTHING;
}

const isNewer = (todo: Todo, known: Todo | undefined): boolean => !known || todo.version >= known.version;

export function learn(known: Known, todo: Todo): Known {
  const gone = new Set(known.gone);
  gone.delete(todo.id);
  const touched = new Set(known.touched).add(todo.id);
  if (!isNewer(todo, known.todos.get(todo.id))) return { ...known, touched };
  return { ...known, touched, gone, todos: new Map(known.todos).set(todo.id, todo) };
}

export function forget(known: Known, ids: string[]): Known {
  const todos = new Map(known.todos);
  for (const id of ids) todos.delete(id);
  return { ...known, todos, gone: new Set([...known.gone, ...ids]) };
}

export interface PageRead {
  listing: Listing;
  page: TodoPage;
  /** The sort key up to which the listing had been read before. */
  after: string;
  /** The todos known when the page was asked for: those that it lacks are gone. */
  asked: ReadonlyMap<string, Todo>;
}

export function learnPage(known: Known, { listing, page, after, asked }: PageRead): Known {
  const todos = new Map(known.todos);
  const last = page.items.at(-1);
  const upTo = page.next === null ? EVERYTHING : last ? sortKey(last, listing) : after;
  if (listing === 'all') {
    const listed = new Set(page.items.map(todo => todo.id));
    for (const id of asked.keys()) {
      if (id > after && id <= upTo && !listed.has(id)) todos.delete(id);
    }
  }
  for (const todo of page.items) {
    if (!known.gone.has(todo.id) && isNewer(todo, todos.get(todo.id))) todos.set(todo.id, todo);
  }
  return { ...known, todos, reach: { ...known.reach, [listing]: { upTo, next: page.next } } };
}

/** Reads a listing from its start the next time, for instance because its cursor is no longer valid. */
export const startOver = (known: Known, listing: Listing): Known => ({
  ...known,
  reach: { ...known.reach, [listing]: UNREAD },
});
