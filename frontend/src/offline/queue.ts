/** The changes that wait, kept on this device and shared by all tabs. */
import type { Todo } from '../api/types';
import type { Change } from './change';
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
}

export type Queue = Awaited<ReturnType<typeof openQueue>>;

export async function openQueue({ store, name, channel }: QueueParts) {
  let kept: Change[] = (await store.read<Change[]>(name)) ?? [];
  let arriving: Change[] = [];
  const listeners = new Set<(news: News) => void>();

  function tell(news: News): void {
    for (const listener of listeners) listener(news);
  }

  async function refresh(news: News = {}): Promise<void> {
    kept = (await store.read<Change[]>(name)) ?? [];
    tell(news);
  }

  channel.onmessage = event => void refresh(event.data as News);

  async function commit(
    change: (waiting: Change[]) => Change[],
    news: News = {},
    arrived: Change[] = [],
  ): Promise<void> {
    const onDisk = (waiting: Change[] = []) => {
      const changed = change(waiting);
      return changed.length > 0 ? changed : undefined;
    };
    // A full disk must not lose what was typed: then it lasts as long as the page.
    const changed = await store.update<Change[]>(name, onDisk).catch(() => onDisk(kept));
    kept = changed ?? [];
    arriving = arriving.filter(each => !arrived.includes(each));
    channel.postMessage(news);
    tell(news);
  }

  return {
    /** All that wait, oldest first; those not yet on the disk too. */
    get waiting(): Change[] {
      return arriving.reduce(join, kept);
    },
    /** Those on the disk: what may be sent. */
    get stored(): Change[] {
      return kept;
    },
    /** Reads what other tabs have written, without waiting for them to say so. */
    refresh,
    /** Takes changes in. They show at once; the promise says that they are on the disk. */
    add(changes: Change[]): Promise<void> {
      arriving = [...arriving, ...changes];
      tell({});
      return commit(waiting => changes.reduce(join, waiting), {}, changes);
    },
    commit,
    /** Calls back whenever what waits has changed, here or in another tab. */
    listen(listener: (news: News) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
