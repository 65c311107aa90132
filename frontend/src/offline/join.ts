/** Adds a change to those that wait, so that what goes out is as little as possible and nothing is lost. */
import {
  type Change,
  type Clear,
  type Create,
  concerns,
  type Delete,
  type Edit,
  type Fields,
  fieldsOf,
  isHeld,
  isOwnId,
  names,
  type Restore,
  same,
  together,
} from './change';

export function join(waiting: Change[], next: Change): Change[] {
  switch (next.kind) {
    case 'create':
      return [...waiting, next];
    case 'edit':
      return joinEdit(withoutOutdated(waiting, next), next);
    case 'delete':
      return joinDelete(waiting, next);
    case 'clear':
      return joinClear(waiting, next);
    case 'restore':
      return joinRestore(waiting, next);
  }
}

/** What was sent may have arrived: it cannot take anything in any more. */
const isOpen = (change: Change): boolean => change.tried === undefined && change.refused === undefined;

const replace = (waiting: Change[], old: Change, changed: Change | null): Change[] =>
  waiting.flatMap(each => (each !== old ? [each] : changed === null ? [] : [changed]));

const lastOf = (waiting: Change[], id: string): Change | undefined =>
  waiting.findLast(change => change.refused === undefined && concerns(change, id));

/** A refused edit is forgotten once the person has written the same fields anew. */
function withoutOutdated(waiting: Change[], next: Edit): Change[] {
  const isOutdated = (change: Change): boolean =>
    change.refused !== undefined &&
    change.kind === 'edit' &&
    change.todo === next.todo &&
    names(change.to).every(name => name in next.to);
  return waiting.filter(change => !isOutdated(change));
}

function joinEdit(waiting: Change[], next: Edit): Change[] {
  const last = lastOf(waiting, next.todo);
  if (last && isOpen(last) && last.kind === 'create' && follows(last.fields, next)) {
    return replace(waiting, last, { ...last, fields: { ...last.fields, ...next.to } });
  }
  if (last && isOpen(last) && last.kind === 'edit' && follows(last.to, next)) {
    return replace(waiting, last, withoutNoChange(bothEdits(last, next)));
  }
  const changed = withoutNoChange(next);
  return changed ? [...waiting, changed] : waiting;
}

/** Whether the person saw what the earlier change makes of the fields. In another tab they may not have. */
export const follows = (earlier: Partial<Fields>, next: Edit): boolean =>
  names(next.seen).every(name => !(name in earlier) || same(earlier[name], next.seen[name]));

export const bothEdits = (earlier: Edit, next: Edit): Edit => ({
  ...earlier,
  at: next.at,
  tab: next.tab,
  seen: { ...next.seen, ...earlier.seen },
  to: { ...earlier.to, ...next.to },
});

function withoutNoChange(edit: Edit): Edit | null {
  const changed = names(edit.to).filter(name =>
    together(name).some(each => !same(edit.to[each], edit.seen[each])),
  );
  if (changed.length === 0) return null;
  const some = (fields: Partial<Fields>) => Object.fromEntries(changed.map(name => [name, fields[name]]));
  return { ...edit, seen: some(edit.seen), to: some(edit.to) };
}

function joinDelete(waiting: Change[], next: Delete): Change[] {
  const rest = waiting.filter(change => !(isHeld(change) && concerns(change, next.todo)));
  return neverSent(rest, next.todo) ? withoutAny(rest, next.todo) : [...rest, next];
}

function joinClear(waiting: Change[], next: Clear): Change[] {
  const unsent = next.todos.filter(todo => neverSent(waiting, todo.id));
  const rest = unsent.reduce((left, todo) => withoutAny(left, todo.id), waiting);
  const todos = next.todos.filter(todo => !unsent.includes(todo));
  return todos.length > 0 ? [...rest, { ...next, todos }] : rest;
}

function joinRestore(waiting: Change[], next: Restore): Change[] {
  const last = lastOf(waiting, next.todo);
  if (last && isOpen(last) && last.kind === 'delete') return replace(waiting, last, null);
  if (last && isOpen(last) && last.kind === 'clear') {
    const todos = last.todos.filter(todo => todo.id !== next.todo);
    return replace(waiting, last, todos.length > 0 ? { ...last, todos } : null);
  }
  if (last === undefined && isOwnId(next.todo)) return [...waiting, asCreate(next)];
  return [...waiting, next];
}

/** The API has never heard of it, so there is nothing to restore: it is created. */
export function asCreate({ key, at, tab, todo, was }: Restore): Create {
  return { kind: 'create', key, at, tab, todo, fields: fieldsOf(was) };
}

const neverSent = (waiting: Change[], id: string): boolean =>
  waiting.some(change => change.kind === 'create' && change.todo === id && isOpen(change));

const withoutAny = (waiting: Change[], id: string): Change[] =>
  waiting.filter(change => !(change.kind !== 'clear' && change.todo === id));
