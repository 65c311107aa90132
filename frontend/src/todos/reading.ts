/** Reads the list from the API, page by page, and keeps a copy on this device for when there is no network. */
import { NoAnswer, Refusal, SignedOut } from '../api/failures';
import type { Listing, TodoApi } from '../api/todos';
import type { Todo } from '../api/types';
import type { Connection } from '../offline/connection';
import { reason } from '../offline/deliver';
import type { Store } from '../offline/store';
import type { State } from '../ui/state';
import {
  isCovered,
  isRead,
  type Known,
  learnPage,
  nextListing,
  nothingKnown,
  type Reach,
  startOver,
} from './coverage';
import type { ListState } from './list';
import type { Filter, Sort } from './view';

const PAGE = 50;
const REFRESH_PAGE = 100;
const LONGEST_COPY = 200;

interface Copy {
  todos: Todo[];
  upTo: string;
}

export interface ReadingParts {
  api: TodoApi;
  store: Store;
  copyName: string;
  connection: Connection;
  state: State<ListState>;
  setKnown(known: Known): void;
  /** Whether a readable copy may stay on this device: not when its person has signed out. */
  mayKeep(): boolean;
  /** Whether the table holds just these rows up to where the list has been read; rejects where it does not say. */
  isCurrent(known: Known): Promise<boolean>;
  onSignedOut(): void;
}

export type Reading = ReturnType<typeof createReading>;

export function createReading({
  api,
  store,
  copyName,
  connection,
  state,
  setKnown,
  mayKeep,
  isCurrent,
  onSignedOut,
}: ReadingParts) {
  let work: Promise<boolean> = Promise.resolve(true);

  const known = () => state.value.known;

  /** One request after the other. Says whether it had an answer. */
  function inTurn(task: () => Promise<void>): Promise<boolean> {
    work = work.then(() => attempt(task));
    return work;
  }

  async function attempt(task: () => Promise<void>): Promise<boolean> {
    state.set({ isReading: true, readFailure: null });
    try {
      await task();
      state.set({ isReading: false, isOpen: true });
      void keepCopy();
      return true;
    } catch (failure) {
      state.set({ isReading: false, readFailure: explain(failure) });
      if (failure instanceof NoAnswer) connection.lost();
      if (failure instanceof SignedOut) onSignedOut();
      return false;
    }
  }

  async function ask(listing: Listing, limit: number, { upTo, next }: Reach): Promise<Known> {
    const asked = known().todos;
    const page = await api.page({ listing, limit, ...(next !== null && { cursor: next }) });
    connection.found();
    return learnPage(known(), { listing, page, after: next === null ? '' : upTo, asked });
  }

  async function readMore(filter: Filter, sort: Sort, limit = PAGE): Promise<boolean> {
    const listing = nextListing(known(), filter, sort);
    if (listing === null) return false;
    try {
      setKnown(await ask(listing, limit, known().reach[listing]));
    } catch (failure) {
      if (isInvalidCursor(failure)) setKnown(startOver(known(), listing));
      throw failure;
    }
    return true;
  }

  /** Reads again what is shown already, so that it is as the API has it now. */
  async function readAgain(): Promise<void> {
    const shown = known().reach.all.upTo;
    let reached: Reach = { upTo: '', next: null };
    do {
      const learned = await ask('all', shown === '' ? PAGE : REFRESH_PAGE, reached);
      reached = learned.reach.all;
      const isShort = reached.next !== null && reached.upTo < shown;
      const all = isShort ? { upTo: shown, next: null } : reached;
      setKnown({ ...learned, reach: { ...learned.reach, all } });
    } while (reached.next !== null && reached.upTo < shown);
  }

  /** Asks the API only where the table does not say that all is as it is shown. */
  async function catchUp(): Promise<void> {
    const { upTo, next } = known().reach.all;
    // Without its cursor a listing that was read in part would be read from its start.
    const canGoOn = isRead(known(), 'all') || (upTo !== '' && next !== null);
    if (canGoOn && (await isCurrent(known()).catch(() => false))) return;
    await readAgain();
  }

  async function openCopy(): Promise<void> {
    const copy = await store.read<Copy>(copyName);
    if (!copy) return;
    const start = nothingKnown();
    const todos = new Map(copy.todos.map(todo => [todo.id, todo]));
    setKnown({ ...start, todos, reach: { ...start.reach, all: { upTo: copy.upTo, next: null } } });
    state.set({ isOpen: true });
  }

  async function keepCopy(): Promise<void> {
    const { todos, reach } = known();
    const listed = [...todos.values()]
      .filter(todo => isCovered(known(), todo, 'all', 'created'))
      .sort((one, other) => (one.id < other.id ? -1 : 1));
    const kept = listed.slice(0, LONGEST_COPY);
    const upTo = listed.length > kept.length ? (kept.at(-1)?.id ?? '') : reach.all.upTo;
    const copy = { todos: kept, upTo };
    // Asked while it is written: another tab may have signed out and taken the copy away.
    await store.update<Copy>(copyName, before => (mayKeep() ? copy : before)).catch(() => undefined);
  }

  return {
    /** Shows the copy on this device at once, and the list itself as soon as it comes. */
    async open(): Promise<void> {
      await openCopy();
      await inTurn(readAgain);
    },
    refresh: () => inTurn(readAgain),
    /** The network is back: reads again what has changed meanwhile, if anything has. */
    catchUp: () => inTurn(catchUp),
    /** Reads the next page of what a view shows. */
    more: (filter: Filter, sort: Sort) => inTurn(async () => void (await readMore(filter, sort))),
    /** Reads all pages that a view is still missing. */
    rest: (filter: Filter, sort: Sort) =>
      inTurn(async () => {
        while (await readMore(filter, sort, REFRESH_PAGE)) {
          // On to the next page.
        }
      }),
    keepCopy,
  };
}

const isInvalidCursor = (failure: unknown): boolean =>
  failure instanceof Refusal && failure.problem.type.endsWith(':invalid-cursor');

function explain(failure: unknown): string {
  if (failure instanceof NoAnswer) return 'The server does not answer.';
  if (failure instanceof Refusal) return reason(failure);
  if (failure instanceof SignedOut) return 'Your session has ended.';
  reportError(failure);
  return 'This page had a fault.';
}
