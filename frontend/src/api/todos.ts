/** The todo routes. */
import type { Call } from './client';
import type {
  Attachment,
  Cleared,
  Media,
  NewAttachment,
  NewTodo,
  Todo,
  TodoChanges,
  TodoPage,
} from './types';

export type Listing = 'all' | 'open' | 'done' | 'due';

export interface PageRequest {
  listing: Listing;
  limit: number;
  cursor?: string;
}

export function createTodoApi(call: Call) {
  return {
    page: ({ listing, limit, cursor }: PageRequest) => {
      const query = new URLSearchParams({ limit: String(limit) });
      if (listing === 'due') query.set('sort', 'due');
      query.set('state', listing === 'due' ? 'open' : listing);
      if (cursor !== undefined) query.set('cursor', cursor);
      return call<TodoPage>({ method: 'GET', path: `/todos?${query}` });
    },
    get: (id: string) => call<Todo>({ method: 'GET', path: `/todos/${id}` }),
    create: (body: NewTodo, key: string) => call<Todo>({ method: 'POST', path: '/todos', body, key }),
    change: (id: string, body: TodoChanges, version: number, key: string) =>
      call<Todo>({ method: 'PATCH', path: `/todos/${id}`, body, version, key }),
    delete: (id: string, key: string) => call<void>({ method: 'DELETE', path: `/todos/${id}`, key }),
    restore: (id: string) => call<Todo>({ method: 'POST', path: `/todos/${id}/restore` }),
    clearDone: () => call<Cleared>({ method: 'DELETE', path: '/todos?state=done' }),
    attach: (id: string, body: NewAttachment) =>
      call<Attachment>({ method: 'POST', path: `/todos/${id}/attachments`, body }),
    detach: (id: string, media: string) =>
      call<void>({ method: 'DELETE', path: `/todos/${id}/attachments/${media}` }),
    media: (id: string, signal: AbortSignal) => call<Media>({ method: 'GET', path: `/media/${id}`, signal }),
  };
}

export type TodoApi = ReturnType<typeof createTodoApi>;
