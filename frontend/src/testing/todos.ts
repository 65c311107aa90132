/** Todos and changes for tests. */
import type { Todo } from '../api/types';
import type { Clear, Create, Delete, Edit, Fields, Restore } from '../offline/change';

export function aTodo(fields: Partial<Todo> = {}): Todo {
  return {
    id: '01A',
    url: 'http://api.test/todos/01A',
    title: 'Water the tomatoes',
    notes: '',
    completed: false,
    order: null,
    due_on: null,
    due_at: null,
    tags: [],
    attachments: [],
    created_at: '2026-11-21T08:00:00.000Z',
    updated_at: '2026-11-21T08:00:00.000Z',
    version: 1,
    ...fields,
  };
}

let keys = 0;
const asked = () => {
  keys += 1;
  return { key: `key-${keys}`, at: '2026-11-21T09:00:00.000Z', tab: 'tab-1' };
};

const EMPTY: Fields = { title: '', notes: '', completed: false, due_on: null, due_at: null, tags: [] };

export const aCreate = (todo: string, fields: Partial<Fields>): Create => ({
  ...asked(),
  kind: 'create',
  todo,
  fields: { ...EMPTY, ...fields },
});

export const anEdit = (
  todo: string,
  seen: Partial<Fields>,
  to: Partial<Fields>,
  more: Partial<Edit> = {},
): Edit => ({
  ...asked(),
  kind: 'edit',
  todo,
  version: 1,
  seen,
  to,
  ...more,
});

export const aDelete = (was: Todo): Delete => ({ ...asked(), kind: 'delete', todo: was.id, was });
export const aRestore = (was: Todo): Restore => ({ ...asked(), kind: 'restore', todo: was.id, was });
export const aClear = (...todos: Todo[]): Clear => ({ ...asked(), kind: 'clear', todos });
