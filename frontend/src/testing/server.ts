/**
 * A server in memory that keeps the API's promises: versions, If-Match, a trash, and requests that happen once
 * however often they come. Faults are put in front of it: `before` loses a request, `after` loses its answer.
 */
import { NoAnswer, Refusal } from '../api/failures';
import type { PageRequest, TodoApi } from '../api/todos';
import type { Todo } from '../api/types';
import { dueKey, dueOf } from '../todos/dates';
import { aTodo } from './todos';

export type Fault = 'lost' | 'unanswered' | 'busy' | 'broken' | null;

export function aServer({ fault = () => null }: { fault?: () => Fault } = {}) {
  const live = new Map<string, Todo>();
  const trash = new Map<string, Todo>();
  const created = new Map<string, Todo>();
  const lastKeys = new Map<string, string>();
  const calls: string[] = [];
  let count = 0;

  async function serve<Value>(name: string, work: () => Value): Promise<Value> {
    const trouble = fault();
    if (trouble === 'lost') throw new NoAnswer('lost');
    if (trouble === 'busy') throw refusal(503, 'unavailable', {}, 7);
    if (trouble === 'broken') throw refusal(500, 'internal-error');
    calls.push(name);
    const value = work();
    if (trouble === 'unanswered') throw new NoAnswer('unanswered');
    return structuredClone(value);
  }

  function found(id: string): Todo {
    const todo = live.get(id);
    if (!todo) throw refusal(404, 'not-found');
    return todo;
  }

  function write(todo: Todo): Todo {
    const written = { ...todo, version: todo.version + 1 };
    live.set(todo.id, written);
    return written;
  }

  const api: TodoApi = {
    page: ({ listing, limit, cursor }: PageRequest) =>
      serve(`page ${listing}`, () => {
        const all = [...live.values()]
          .filter(todo => listing === 'all' || todo.completed === (listing === 'done'))
          .filter(todo => listing !== 'due' || dueOf(todo))
          .sort((one, other) => (sortKey(one, listing) < sortKey(other, listing) ? -1 : 1));
        const rest = all.filter(todo => cursor === undefined || sortKey(todo, listing) > cursor);
        const items = rest.slice(0, limit);
        const last = items.at(-1);
        return { items, next: rest.length > limit && last ? sortKey(last, listing) : null };
      }),
    get: id => serve(`get ${id}`, () => found(id)),
    create: (body, key) =>
      serve(`create ${body.title}`, () => {
        const before = created.get(key);
        if (before) return before;
        count += 1;
        const id = `01${String(count).padStart(4, '0')}`;
        const todo = aTodo({ ...body, id, version: 1 });
        live.set(id, todo);
        created.set(key, todo);
        return todo;
      }),
    change: (id, changes, version, key) =>
      serve(`change ${id}`, () => {
        const todo = found(id);
        if (lastKeys.get(id) === key) return todo;
        if (todo.version !== version) throw refusal(412, 'version-mismatch', { current: todo });
        lastKeys.set(id, key);
        return write({ ...todo, ...changes });
      }),
    delete: (id, key) =>
      serve(`delete ${id}`, () => {
        if (lastKeys.get(id) === key) return;
        const todo = found(id);
        lastKeys.set(id, key);
        live.delete(id);
        trash.set(id, { ...todo, version: todo.version + 1 });
      }),
    restore: id =>
      serve(`restore ${id}`, () => {
        const there = live.get(id);
        if (there) return there;
        const todo = trash.get(id);
        if (!todo) throw refusal(404, 'not-found');
        trash.delete(id);
        return write(todo);
      }),
    clearDone: () =>
      serve('clear', () => {
        const done = [...live.values()].filter(todo => todo.completed);
        for (const todo of done) {
          live.delete(todo.id);
          trash.set(todo.id, todo);
        }
        return { cleared: done.length, more: false };
      }),
    attach: (id, { key, name, content_type, size }) =>
      serve(`attach ${id}`, () => {
        const media_id = key.split('/').at(-1) ?? '';
        const photo = { media_id, name, content_type, size, thumbnail_url: null };
        const todo = found(id);
        write({ ...todo, attachments: [...todo.attachments, photo] });
        return photo;
      }),
    media: () =>
      serve('media', () => {
        throw refusal(404, 'not-found');
      }),
    detach: (id, media) =>
      serve(`detach ${id}`, () => {
        const todo = found(id);
        write({ ...todo, attachments: todo.attachments.filter(photo => photo.media_id !== media) });
      }),
  };

  return {
    api,
    calls,
    live,
    trash,
    /** Somebody else writes. */
    elsewhere: (id: string, changes: Partial<Todo>): Todo => write({ ...found(id), ...changes }),
    put(...todos: Todo[]): void {
      for (const todo of todos) live.set(todo.id, todo);
    },
  };
}

const sortKey = (todo: Todo, listing: string): string =>
  listing === 'due' ? `${dueKey(todo)}#${todo.id}` : todo.id;

export function refusal(status: number, type: string, more = {}, retryAfter: number | null = null): Refusal {
  const problem = {
    type: `urn:problem-type:${type}`,
    title: type,
    status,
    detail: `It is ${type}.`,
    ...more,
  };
  return new Refusal(status, problem, retryAfter);
}
