/** The list: what is known, what waits, and everything a person can do to it. */
import type { Todo } from '../api/types';
import { type Change, concerns, type Fields, names, ownId, pick, same } from '../offline/change';
import type { Connection } from '../offline/connection';
import { present } from '../offline/present';
import type { News, Queue } from '../offline/queue';
import * as settle from '../offline/settle';
import { createState } from '../ui/state';
import { forget, type Known, learn, nothingKnown } from './coverage';

export interface ListState {
  known: Known;
  /** What the person sees: the known todos with everything that waits on top. */
  todos: ReadonlyMap<string, Todo>;
  waiting: Change[];
  /** Whether there is something to show, be it a copy. */
  isOpen: boolean;
  isReading: boolean;
  readFailure: string | null;
  isReachable: boolean;
  busyUntil: number | null;
  /** Whether this device keeps what waits. */
  isLasting: boolean;
}

export interface ListParts {
  queue: Queue;
  connection: Connection;
  /** Names this tab. */
  tab: string;
  newUlid(): string;
  now(): Date;
  /** There is something to send. */
  wake(): void;
}

export type List = ReturnType<typeof createList>;

export function createList({ queue, connection, tab, newUlid, now, wake }: ListParts) {
  const state = createState<ListState>({
    known: nothingKnown(),
    todos: present(new Map(), queue.waiting),
    waiting: queue.waiting,
    isOpen: false,
    isReading: false,
    readFailure: null,
    isReachable: true,
    busyUntil: null,
    isLasting: queue.isLasting,
  });
  // Rows keep the name they were first shown under, so that they keep focus when the API names them.
  const firstNames = new Map<string, string>();
  const onNews = new Set<(news: News) => void>();

  function setKnown(known: Known): void {
    state.set({ known, todos: present(known.todos, state.value.waiting) });
  }

  queue.listen(news => {
    let { known } = state.value;
    if (news.renamed) {
      const { from, to } = news.renamed;
      firstNames.set(to, firstNames.get(from) ?? from);
    }
    if (news.learned) known = learn(known, news.learned);
    if (news.forgotten) known = forget(known, news.forgotten);
    const { waiting, isLasting } = queue;
    state.set({ known, waiting, isLasting, todos: present(known.todos, waiting) });
    for (const listener of onNews) listener(news);
  });
  connection.listen(isReachable => state.set({ isReachable }));

  const asked = () => ({ key: newUlid(), at: now().toISOString(), tab });

  function add(...changes: Change[]): void {
    void queue.add(changes).then(wake);
  }

  function edit(seen: Todo, to: Partial<Fields>): Change {
    const known = state.value.known.todos.get(queue.realId(seen.id));
    // A newer version is as good as seen where nothing has happened to what is edited.
    const isAsSeen = known && names(to).every(name => same(known[name], seen[name]));
    const version = isAsSeen ? known.version : seen.version;
    return { ...asked(), kind: 'edit', todo: seen.id, version, seen: pick(seen, names(to)), to };
  }

  function commit(change: (waiting: Change[]) => Change[]): void {
    void queue.commit(change).then(wake);
  }

  return {
    state,
    setKnown,
    onNews: (listener: (news: News) => void) => void onNews.add(listener),
    /** A todo was read by itself. */
    learn: (todo: Todo) => setKnown(learn(state.value.known, todo)),
    keyOf: (id: string): string => firstNames.get(id) ?? id,

    create(title: string): string {
      const todo = ownId(newUlid());
      const fields: Fields = { title, notes: '', completed: false, due_on: null, due_at: null, tags: [] };
      add({ ...asked(), kind: 'create', todo, fields });
      return todo;
    },
    /** `seen` is the todo as it was shown when the person began. */
    edit: (seen: Todo, to: Partial<Fields>) => add(edit(seen, to)),
    toggleAll: (todos: Todo[], completed: boolean) => add(...todos.map(todo => edit(todo, { completed }))),
    delete: (was: Todo) => add({ ...asked(), kind: 'delete', todo: was.id, was }),
    clear: (todos: Todo[]) => add({ ...asked(), kind: 'clear', todos }),
    restore: (todos: Todo[]) =>
      add(...todos.map((was): Change => ({ ...asked(), kind: 'restore', todo: was.id, was }))),

    choose: (key: string, choice: settle.Choice) =>
      commit(waiting => settle.choose(waiting, key, choice, newUlid)),
    bringBack: (key: string) => commit(waiting => settle.bringBack(waiting, key, newUlid)),
    tryAgain: (key: string) => commit(waiting => settle.again(waiting, key)),
    /** Gives a change up, and with a refused creation everything that was done to it since. */
    letGo(key: string): void {
      commit(waiting => {
        const change = waiting.find(each => each.key === key);
        if (change?.kind !== 'create') return settle.without(waiting, key);
        return waiting.filter(each => !concerns(each, change.todo));
      });
    },
  };
}
