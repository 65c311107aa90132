/** Sends one change to the API and says what came of it. */
import { NoAnswer, Refusal, SignedOut } from '../api/failures';
import type { TodoApi } from '../api/todos';
import type { Todo } from '../api/types';
import { type Change, type Clear, isOwnId } from './change';
import type { News } from './queue';
import { beyondRestoring, done, gone, refused, stale, without } from './settle';

export interface Delivered {
  kind: 'settled';
  /** What the answer does to the changes that wait. */
  settle(waiting: Change[]): Change[];
  news: News;
  /** Whether the change took effect, rather than having to wait for the person. */
  sent: boolean;
}

export type Outcome =
  Delivered | { kind: 'busy'; seconds: number | null } | { kind: 'unreachable' } | { kind: 'signed-out' };

export interface DeliveryParts {
  api: TodoApi;
  newUlid(): string;
  /** How the list knows a todo now. */
  find(id: string): Todo | undefined;
}

const CHECK_PAGE = 100;

export async function deliver(change: Change, parts: DeliveryParts): Promise<Outcome> {
  try {
    return await attempt(change, parts);
  } catch (failure) {
    if (failure instanceof NoAnswer) return { kind: 'unreachable' };
    if (failure instanceof SignedOut) return { kind: 'signed-out' };
    if (!(failure instanceof Refusal)) throw failure;
    if (failure.isPassing) return { kind: 'busy', seconds: failure.retryAfterSeconds };
    return answered(change, failure, parts);
  }
}

async function attempt(change: Change, { api }: DeliveryParts): Promise<Outcome> {
  switch (change.kind) {
    case 'create': {
      const todo = await api.create(change.fields, change.key);
      return settled(waiting => done(waiting, change.key, todo), {
        learned: todo,
        renamed: { from: change.todo, to: todo.id },
      });
    }
    case 'edit':
      return withAnswer(change, await api.change(change.todo, change.to, change.version, change.key));
    case 'restore':
      return withAnswer(change, await api.restore(change.todo));
    case 'delete':
      await api.delete(change.todo, change.key);
      return settled(waiting => without(waiting, change.key), { forgotten: [change.todo] });
    case 'clear':
      return clear(change, api);
  }
}

const settled = (settle: Delivered['settle'], news: News, sent = true): Delivered => ({
  kind: 'settled',
  settle,
  news,
  sent,
});

const withAnswer = (change: Change, todo: Todo): Delivered =>
  settled(waiting => done(waiting, change.key, todo), { learned: todo });

/**
 * One request clears all that are done; but only if these are those the person saw. Otherwise each that they
 * saw is deleted by itself, so that what was finished elsewhere since stays.
 */
async function clear(change: Clear, api: TodoApi): Promise<Delivered> {
  const seen = new Set(change.todos.map(todo => todo.id));
  if (await isAllThatIsDone(seen, api)) {
    for (let more = true; more;) more = (await api.clearDone()).more;
    return settled(waiting => without(waiting, change.key), { forgotten: [...seen] });
  }
  const { at, tab } = change;
  const each = change.todos
    .filter(todo => !isOwnId(todo.id))
    .map((was): Change => ({ kind: 'delete', key: `${change.key}-${was.id}`, at, tab, todo: was.id, was }));
  return settled(waiting => waiting.flatMap(one => (one.key === change.key ? each : [one])), {}, false);
}

async function isAllThatIsDone(seen: Set<string>, api: TodoApi): Promise<boolean> {
  let cursor: string | null = null;
  do {
    const page = await api.page({ listing: 'done', limit: CHECK_PAGE, ...(cursor !== null && { cursor }) });
    if (!page.items.every(todo => seen.has(todo.id))) return false;
    cursor = page.next;
  } while (cursor !== null);
  return true;
}

function answered(change: Change, refusal: Refusal, { newUlid, find }: DeliveryParts): Delivered {
  const { current } = refusal.problem;
  if (change.kind === 'edit' && refusal.status === 412 && current) {
    return settled(waiting => stale(waiting, change.key, current), { learned: current }, false);
  }
  if (refusal.status === 404) {
    if (change.kind === 'delete') {
      return settled(waiting => without(waiting, change.key), { forgotten: [change.todo] });
    }
    if (change.kind === 'restore') {
      return settled(waiting => beyondRestoring(waiting, change.key, newUlid), {}, false);
    }
    const was = change.kind === 'edit' ? find(change.todo) : undefined;
    if (was) {
      return settled(waiting => gone(waiting, change.key, was), { forgotten: [was.id] }, false);
    }
  }
  const nextKey = refusal.status < 500 ? newUlid() : null;
  return settled(waiting => refused(waiting, change.key, reason(refusal), nextKey), {}, false);
}

export function reason(refusal: Refusal): string {
  if (refusal.status >= 500) return 'The server had a fault.';
  const [first] = refusal.problem.errors ?? [];
  return first ? `${first.message}.` : refusal.problem.detail;
}
