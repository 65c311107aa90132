/** What an answer does to the changes that wait. Pure: the queue applies these to what it keeps. */
import type { Todo } from '../api/types';
import { type Change, type Edit, type Fields, fieldsOf, isHeld, names, ownId, pick, same } from './change';
import { asCreate, bothEdits, follows, join } from './join';
import { merge } from './merge';

type Waiting = Change[];

const at = <Kind extends Change['kind']>(waiting: Waiting, key: string, kind: Kind) =>
  waiting.find((each): each is Change & { kind: Kind } => each.key === key && each.kind === kind);

const update = (waiting: Waiting, key: string, change: (found: Change) => Change): Waiting =>
  waiting.map(each => (each.key === key ? change(each) : each));

export const without = (waiting: Waiting, key: string): Waiting => waiting.filter(each => each.key !== key);

export const tried = (waiting: Waiting, keys: string[]): Waiting =>
  waiting.map(each => (keys.includes(each.key) ? { ...each, tried: true } : each));

/** Done; `answer` is how the todo stands now, where the API said. */
export function done(waiting: Waiting, key: string, answer: Todo | null): Waiting {
  const change = waiting.find(each => each.key === key);
  const rest = without(waiting, key);
  if (!change || change.kind === 'clear' || answer === null) return rest;
  return rest.map(each => {
    if (each.kind === 'clear') {
      const known = (todo: Todo) => (todo.id === change.todo ? { ...todo, id: answer.id } : todo);
      return { ...each, todos: each.todos.map(known) };
    }
    if (each.todo !== change.todo && each.todo !== answer.id) return each;
    return onTopOf(answer, { ...each, todo: answer.id });
  });
}

/** An edit of the todo goes on top of a newer answer where what it changes is as the person saw it. */
export const onTopOf = (answer: Todo, change: Change): Change =>
  change.kind === 'edit' && change.version < answer.version && isAsSeen(change, answer)
    ? { ...change, version: answer.version }
    : change;

const isAsSeen = (edit: Edit, answer: Todo): boolean =>
  names(edit.seen).every(name => same(edit.seen[name], answer[name]));

/** Somebody was first: ours goes on top where the two do not touch, and waits for a choice where they do. */
export function stale(waiting: Waiting, key: string, theirs: Todo): Waiting {
  const edit = at(waiting, key, 'edit');
  if (!edit) return waiting;
  const { rest, clashing } = merge(edit.seen, edit.to, theirs);
  return clashing.length > 0 ? hold(waiting, edit, theirs) : onTop(waiting, edit, rest, theirs);
}

/** One choice for all that was done to the todo since. */
function hold(waiting: Waiting, edit: Edit, theirs: Todo): Waiting {
  let whole: Edit = unsent({ ...edit, theirs });
  const apart = waiting.filter(each => {
    const isPart =
      each.kind === 'edit' &&
      each.todo === edit.todo &&
      each !== edit &&
      !isHeld(each) &&
      each.tried === undefined &&
      follows(whole.to, each);
    if (isPart) whole = bothEdits(whole, each);
    return !isPart;
  });
  return update(apart, edit.key, () => whole);
}

function onTop(waiting: Waiting, edit: Edit, to: Partial<Fields>, theirs: Todo): Waiting {
  if (names(to).length === 0) return done(waiting, edit.key, theirs);
  const { theirs: _, ...rest } = unsent(edit);
  const seen = pick(theirs, names(to));
  return update(waiting, edit.key, () => ({ ...rest, version: theirs.version, seen, to }));
}

const unsent = <Some extends Change>({ tried: _, ...change }: Some) => change as Some;

export type Choice = 'mine' | 'theirs' | 'both';

/** The person's choice between two versions. `newUlid` names the second todo of `both`. */
export function choose(waiting: Waiting, key: string, choice: Choice, newUlid: () => string): Waiting {
  const edit = at(waiting, key, 'edit');
  if (!edit?.theirs) return waiting;
  const { theirs } = edit;
  const { rest, clashing } = merge(edit.seen, edit.to, theirs);
  if (choice === 'mine') return onTop(waiting, edit, { ...rest, ...pick(edit.to, clashing) }, theirs);
  if (choice === 'theirs') return onTop(waiting, edit, rest, theirs);
  const second: Change = {
    kind: 'create',
    key: newUlid(),
    at: edit.at,
    tab: edit.tab,
    todo: ownId(newUlid()),
    fields: fieldsOf({ ...theirs, ...edit.to }),
  };
  return join(without(waiting, key), second);
}

/** The todo was deleted elsewhere; `was` is how it stood. */
export const gone = (waiting: Waiting, key: string, was: Todo): Waiting =>
  update(waiting, key, change => (change.kind === 'edit' ? unsent({ ...change, gone: was }) : change));

/** Take it out of the trash and put the edit on it. */
export function bringBack(waiting: Waiting, key: string, newUlid: () => string): Waiting {
  const edit = at(waiting, key, 'edit');
  if (!edit?.gone) return waiting;
  const { gone: was, ...rest } = edit;
  const { at: moment, tab, todo } = edit;
  return waiting.flatMap((each): Change[] =>
    each === edit ? [{ kind: 'restore', key: newUlid(), at: moment, tab, todo, was }, rest] : [each],
  );
}

/** Its time in the trash is over, so it is created anew, with what was edited since. */
export function beyondRestoring(waiting: Waiting, key: string, newUlid: () => string): Waiting {
  const restore = at(waiting, key, 'restore');
  if (!restore) return waiting;
  const todo = ownId(newUlid());
  const renamed = waiting.map(each =>
    each.kind !== 'clear' && each.todo === restore.todo ? { ...each, todo } : each,
  );
  return renamed.reduce<Waiting>(
    (before, each) => join(before, each.key === key ? asCreate({ ...restore, todo }) : each),
    [],
  );
}

/**
 * The API said no. An answer that blames the request means that nothing happened, so the next try is a new
 * request; a fault of the server's may have come after the deed, so the next try is the same request.
 */
export const refused = (waiting: Waiting, key: string, why: string, nextKey: string | null): Waiting =>
  update(waiting, key, change =>
    nextKey === null ? { ...change, refused: why } : { ...unsent(change), refused: why, key: nextKey },
  );

/** The person tries again what was refused. */
export const again = (waiting: Waiting, key: string): Waiting =>
  update(waiting, key, ({ refused: _, ...change }) => change as Change);
