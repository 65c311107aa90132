/** The changes that wait, kept on this device and shared by all tabs. */
import type { Todo } from '../api/types';
import type { Change } from './change';
import type { Drafts } from './drafts';
import { join } from './join';
import type { Store } from './store';

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
const ARRIVING = 'arriving ';

export type Queue = Awaited<ReturnType<typeof openQueue>>;

export async function openQueue({ store, name, channel, drafts }: QueueParts) {
  const read = async (): Promise<Kept> => (await store.read<Kept>(name)) ?? NOTHING;
  let kept = await read();
  let arriving: Change[] = [];
  const listeners = new Set<(news: News) => void>();

  function tell(news: News): void {
    for (const listener of listeners) listener(news);
  }

  async function refresh(news: News = {}): Promise<void> {
    kept = await read();
    tell(news);
  }

  channel.onmessage = event => void refresh(event.data as News);

  async function commit(
    change: (waiting: Change[]) => Change[],
    news: News = {},
    arrived: Change[] = [],
  ): Promise<void> {
    const onDisk = ({ changes, names }: Kept = NOTHING): Kept => {
      return added(arrived, {
        changes: change(changes),
        names: [...names, ...namesIn(news)].slice(-MOST_NAMES),
      });
    };
    try {
      kept = (await store.update<Kept>(name, before => orNothing(onDisk(before)))) ?? NOTHING;
      for (const { key } of arrived) drafts.forget(ARRIVING + key);
    } catch {
      // A full disk must not lose what was typed: then it lasts as long as the page.
      kept = onDisk(kept);
    }
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
      return added(arriving, kept).changes;
    },
    /** Those on the disk: what may be sent. */
    get stored(): Change[] {
      return kept.changes;
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

const added = (arrived: Change[], kept: Kept): Kept => ({
  ...kept,
  changes: arrived.map(change => named(change, kept)).reduce(join, kept.changes),
});

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
