/** The changes that wait, kept on this device and shared by all tabs. */
import type { Todo } from '../api/types';
import type { Change } from './change';
import type { Drafts } from './drafts';
import { join } from './join';
import { onTopOf } from './settle';
import type { Store } from './store';
import { notWritten, type Unwritten, withUnwritten } from './unwritten';

/** What an answer told; it takes effect together with the change of the queue that it caused. */
export interface News {
  learned?: Todo;
  forgotten?: string[];
  renamed?: { from: string; to: string };
}

/** A BroadcastChannel, as far as it is needed here. */
export interface Channel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

export interface QueueParts {
  store: Store;
  /** Whose queue: each person on this device has their own. */
  name: string;
  channel: Channel;
  /** Written at once, unlike the store: bridges the moment until a change is on the disk. */
  drafts: Drafts;
}

export interface Kept {
  changes: Change[];
  /** The API's names for todos that were created here, for tabs that have not heard of them yet. */
  names: Name[];
}

interface Name {
  own: string;
  real: string;
  /** The version that the todo was created with: what a change that was made before has seen. */
  version: number;
}

const NOTHING: Kept = { changes: [], names: [] };
const MOST_NAMES = 50;
const MOST_ANSWERS = 50;
const ARRIVING = 'arriving ';

export type Queue = Awaited<ReturnType<typeof openQueue>>;

export async function openQueue({ store, name, channel, drafts }: QueueParts) {
  let unwritten: Unwritten | null = null;
  let kept = (await store.read<Kept>(name)) ?? NOTHING;
  let arriving: Change[] = [];
  /** The latest answers: what is done to a todo while its answer is being written goes on top of that answer. */
  const answers = new Map<string, Todo>();
  const listeners = new Set<(news: News) => void>();

  function tell(news: News): void {
    for (const listener of listeners) listener(news);
  }

  function hear({ learned }: News): void {
    if (!learned) return;
    answers.delete(learned.id);
    answers.set(learned.id, learned);
    for (const id of [...answers.keys()].slice(0, -MOST_ANSWERS)) answers.delete(id);
  }

  async function refresh(news: News = {}): Promise<void> {
    hear(news);
    try {
      kept = withUnwritten((await store.read<Kept>(name)) ?? NOTHING, unwritten);
    } catch {
      // The disk cannot be read: what is known here stays.
    }
    tell(news);
  }

  channel.onmessage = event => void refresh(event.data as News);

  async function commit(
    change: (waiting: Change[]) => Change[],
    news: News = {},
    arrived: Change[] = [],
  ): Promise<void> {
    hear(news);
    let before = kept;
    let changed: Kept | null = null;

    function apply(disk: Kept): Kept {
      before = withUnwritten(disk, unwritten);
      const settled = {
        changes: change(before.changes),
        names: [...before.names, ...namesIn(news)].slice(-MOST_NAMES),
      };
      return added(arrived, settled, answers);
    }

    try {
      await store.update<Kept>(name, (disk = NOTHING) => {
        changed = apply(disk);
        return orNothing(changed);
      });
      for (const { key } of [...arrived, ...(unwritten?.kept.changes ?? [])]) drafts.forget(ARRIVING + key);
      unwritten = null;
    } catch {
      // A full disk must not lose what was done: then it lasts as long as the page.
      changed ??= apply(kept);
      unwritten = notWritten(unwritten, before, changed);
      // What is settled must not be taken up at the next visit.
      for (const key of unwritten.gone) drafts.forget(ARRIVING + key);
    }
    kept = changed ?? kept;
    arriving = arriving.filter(each => !arrived.includes(each));
    channel.postMessage(news);
    tell(news);
  }

  function add(changes: Change[]): Promise<void> {
    for (const change of changes) drafts.write(ARRIVING + change.key, JSON.stringify(change));
    arriving = [...arriving, ...changes];
    tell({});
    return commit(waiting => waiting, {}, changes);
  }

  /** Takes in what was not on the disk yet when the page was left. What was, the API does only once. */
  async function takeUp(): Promise<void> {
    const known = new Set(kept.changes.map(({ key }) => key));
    const left: Change[] = [];
    for (const key of drafts.names(ARRIVING).sort()) {
      if (known.has(key)) drafts.forget(ARRIVING + key);
      else left.push(JSON.parse(drafts.read(ARRIVING + key) ?? ''));
    }
    if (left.length > 0) await add(left);
  }
  await takeUp();

  return {
    /** All that wait, oldest first; those not yet on the disk too. */
    get waiting(): Change[] {
      return added(arriving, kept, answers).changes;
    },
    /** Those on the disk, or as near to it as this device lets them come: what may be sent. */
    get stored(): Change[] {
      return kept.changes;
    },
    /** Whether this device keeps what waits. */
    get isLasting(): boolean {
      return store.isLasting && unwritten === null;
    },
    /** The API's name of a todo, where it has one. */
    realId: (id: string): string => realId(id, kept),
    /** Reads what other tabs have written, without waiting for them to say so. */
    refresh,
    /** Takes changes in. They show at once; the promise says that they are on the disk. */
    add,
    commit,
    /** Calls back whenever what waits has changed, here or in another tab. */
    listen(listener: (news: News) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const added = (arrived: Change[], kept: Kept, answers: ReadonlyMap<string, Todo>): Kept => ({
  ...kept,
  changes: arrived.map(change => answered(named(change, kept), answers)).reduce(join, kept.changes),
});

/** The change on top of the answer to the one before it. */
function answered(change: Change, answers: ReadonlyMap<string, Todo>): Change {
  const answer = change.kind === 'edit' ? answers.get(change.todo) : undefined;
  return answer ? onTopOf(answer, change) : change;
}

const orNothing = (kept: Kept): Kept | undefined =>
  kept.changes.length + kept.names.length > 0 ? kept : undefined;

const namesIn = ({ renamed, learned }: News): Name[] =>
  renamed ? [{ own: renamed.from, real: renamed.to, version: learned?.version ?? 1 }] : [];

const nameOf = (id: string, { names }: Kept): Name | undefined => names.find(({ own }) => own === id);

const realId = (id: string, kept: Kept): string => nameOf(id, kept)?.real ?? id;

/** The change under the API's name for its todo, which may have come while the change was on its way here. */
function named(change: Change, kept: Kept): Change {
  if (change.kind === 'clear') {
    return { ...change, todos: change.todos.map(todo => ({ ...todo, id: realId(todo.id, kept) })) };
  }
  const name = nameOf(change.todo, kept);
  if (!name) return change;
  const { real: todo, version } = name;
  return change.kind === 'edit'
    ? { ...change, todo, version: change.version || version }
    : { ...change, todo };
}
