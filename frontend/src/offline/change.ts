/** What a person did to the list, kept until the API has said that it is done. */
import type { Todo } from '../api/types';

/** The parts of a todo that a person writes. */
export type Fields = Pick<Todo, 'title' | 'notes' | 'completed' | 'due_on' | 'due_at' | 'tags'>;
export type FieldName = keyof Fields;

interface Asked {
  /** Names the request to the API: repeated, it happens once. */
  key: string;
  /** When the person did it (RFC 3339). */
  at: string;
  /** The tab it was done in. */
  tab: string;
  /** It was sent before and may have arrived, so it must be sent again exactly as it was. */
  tried?: true;
  /** The API said no, and why; it waits for the person. */
  refused?: string;
}

/** `todo` is an id of our own until the API has given the real one. */
export type Create = Asked & { kind: 'create'; todo: string; fields: Fields };

export type Edit = Asked & {
  kind: 'edit';
  todo: string;
  /** The version the person saw, */
  version: number;
  /** what the fields said then, */
  seen: Partial<Fields>;
  /** and what they shall say. */
  to: Partial<Fields>;
  /** Somebody else changed the same fields: how the todo stands now. It waits for the person's choice. */
  theirs?: Todo;
  /** The todo was deleted elsewhere: how it stood. It waits for the person's choice. */
  gone?: Todo;
};

export type Delete = Asked & { kind: 'delete'; todo: string; was: Todo };
export type Restore = Asked & { kind: 'restore'; todo: string; was: Todo };
export type Clear = Asked & { kind: 'clear'; todos: Todo[] };

export type Change = Create | Edit | Delete | Restore | Clear;

const OWN = 'new-';

export const ownId = (ulid: string): string => OWN + ulid;
export const isOwnId = (id: string): boolean => id.startsWith(OWN);

export const concerns = (change: Change, id: string): boolean =>
  change.kind === 'clear' ? change.todos.some(todo => todo.id === id) : change.todo === id;

/** Whether it waits for the person rather than for the network. */
export const isHeld = (change: Change): boolean =>
  change.refused !== undefined ||
  (change.kind === 'edit' && (change.theirs !== undefined || change.gone !== undefined));

export function fieldsOf(todo: Todo): Fields {
  const { title, notes, completed, due_on, due_at, tags } = todo;
  return { title, notes, completed, due_on: due_at === null ? (due_on ?? null) : null, due_at, tags };
}

const DUE: FieldName[] = ['due_on', 'due_at'];

/** The fields that a change of this one writes: a due date is one thing in two fields. */
export const together = (name: FieldName): FieldName[] => (DUE.includes(name) ? DUE : [name]);

export function same<Name extends FieldName>(one?: Fields[Name], other?: Fields[Name]): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, place) => each === other[place]);
  }
  // What an earlier version of this page kept on the device has no `due_on`.
  return (one ?? null) === (other ?? null);
}

export const names = (fields: Partial<Fields>): FieldName[] => Object.keys(fields) as FieldName[];

/** Some of the fields. */
export function pick(fields: Partial<Fields>, wanted: FieldName[]): Partial<Fields> {
  return Object.fromEntries(wanted.filter(name => name in fields).map(name => [name, fields[name]]));
}
