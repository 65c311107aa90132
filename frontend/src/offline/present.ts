/** The list as the person shall see it: what the API knows, with everything on top that still waits. */
import type { Todo } from '../api/types';
import { type Change, type Create, isOwnId } from './change';

export function present(known: ReadonlyMap<string, Todo>, waiting: Change[]): Map<string, Todo> {
  const shown = new Map(known);
  for (const change of waiting) {
    if (change.refused === undefined) apply(shown, change);
  }
  return shown;
}

function apply(shown: Map<string, Todo>, change: Change): void {
  switch (change.kind) {
    case 'create':
      shown.set(change.todo, asTodo(change));
      break;
    case 'edit': {
      const todo = change.theirs ?? shown.get(change.todo) ?? change.gone;
      if (todo) shown.set(change.todo, { ...todo, ...change.to });
      break;
    }
    case 'restore':
      shown.set(change.todo, { ...change.was, id: change.todo });
      break;
    case 'delete':
      shown.delete(change.todo);
      break;
    case 'clear':
      for (const { id } of change.todos) shown.delete(id);
      break;
  }
}

function asTodo({ todo, at, fields }: Create): Todo {
  return {
    id: todo,
    url: '',
    ...fields,
    order: null,
    attachments: [],
    created_at: at,
    updated_at: at,
    version: 0,
  };
}

/** Oldest first, as the API lists them; what it has not numbered yet comes last. */
export function byCreation(one: Todo, other: Todo): number {
  if (isOwnId(one.id) !== isOwnId(other.id)) return isOwnId(one.id) ? 1 : -1;
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}
