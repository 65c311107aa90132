/** Photos on their way. Each is kept on this device until it has arrived. */
import { NoAnswer, Refusal, SignedOut } from '../api/failures';
import type { TodoApi } from '../api/todos';
import type { Todo } from '../api/types';
import { isOwnId } from '../offline/change';
import type { News } from '../offline/queue';
import type { Store } from '../offline/store';
import { createState } from '../ui/state';
import type { Bucket } from './bucket';
import { isPhotoType, tidyName } from './check';
import { objectKey } from './key';
import { revokeWhenUnused } from './local-url';

/** What is kept on this device. */
interface Kept {
  media: string;
  todo: string;
  name: string;
  file: Blob;
}

export interface Upload extends Kept {
  /** For the page to show it by. */
  url: string;
  /** `waiting` for its todo to be created, or for the network. */
  step: 'waiting' | 'sending' | 'attaching' | 'failed';
  /** How much has gone out, from 0 to 1. */
  progress: number;
}

export interface UploadParts {
  api: TodoApi;
  bucket(): Promise<Bucket>;
  store: Store;
  sub: string;
  newUlid(): string;
  isReachable(): boolean;
  /** The API's name of a todo, where it has one. */
  realId(id: string): string;
  /** Does the work unless another tab is at it. */
  ifFree(name: string, work: () => Promise<void>): Promise<void>;
  onAttached(todo: Todo, name: string): void;
  onFailed(upload: Upload, why: string | null): void;
}

export type Uploads = ReturnType<typeof createUploads>;

export function createUploads(parts: UploadParts) {
  const { api, bucket, store, sub, newUlid, ifFree } = parts;
  const state = createState<{ all: Upload[] }>({ all: [] });
  const running = new Map<string, AbortController>();
  const prefix = `upload ${sub} `;

  const find = (media: string) => state.value.all.find(upload => upload.media === media);

  function show(media: string, changes: Partial<Upload>): void {
    state.set({ all: state.value.all.map(each => (each.media === media ? { ...each, ...changes } : each)) });
  }

  function forget(media: string): void {
    const upload = find(media);
    state.set({ all: state.value.all.filter(each => each.media !== media) });
    if (upload) revokeWhenUnused(upload.url);
    void store.update(prefix + media, () => undefined).catch(() => undefined);
  }

  function adopt(kept: Kept): void {
    const upload: Upload = { ...kept, url: URL.createObjectURL(kept.file), step: 'waiting', progress: 0 };
    state.set({ all: [...state.value.all, upload] });
  }

  async function start(media: string): Promise<void> {
    const found = find(media);
    if (!found || running.has(media) || !parts.isReachable()) return;
    const upload = { ...found, todo: parts.realId(found.todo) };
    if (isOwnId(upload.todo)) return;
    const controller = new AbortController();
    running.set(media, controller);
    try {
      await ifFree(prefix + media, () => send(upload, controller.signal));
    } catch (failure) {
      if (controller.signal.aborted) return;
      if (failure instanceof SignedOut) {
        // Its person is not here now; it goes on when they are back.
        show(media, { step: 'waiting', progress: 0 });
        return;
      }
      show(media, { step: 'failed', progress: 0 });
      parts.onFailed(upload, failure instanceof Refusal ? failure.problem.detail : null);
    } finally {
      running.delete(media);
    }
  }

  async function send(upload: Upload, signal: AbortSignal): Promise<void> {
    const { media, todo, name, file } = upload;
    if (!isPhotoType(file.type)) throw new NoAnswer('Not a photo');
    show(media, { step: 'sending', progress: 0 });
    const target = await bucket();
    await target.put(media, file, { signal, onProgress: progress => show(media, { progress }) });
    signal.throwIfAborted();
    show(media, { step: 'attaching', progress: 1 });
    try {
      await api.attach(todo, { key: objectKey(sub, media), name, content_type: file.type, size: file.size });
    } catch (failure) {
      if (!(failure instanceof Refusal && failure.status === 404)) throw failure;
      // The todo has been deleted meanwhile, and the photo with it.
      await target.delete(media);
      forget(media);
      return;
    }
    parts.onAttached(await api.get(todo), name);
    forget(media);
  }

  /** Sends what waited for its todo or for the network. */
  function resume(): void {
    for (const { media, step } of state.value.all) if (step === 'waiting') void start(media);
  }

  return {
    state,
    /** Takes up again what was on its way when the page was left. */
    async open(): Promise<void> {
      const all = await store.list<Kept>(prefix);
      for (const kept of all) {
        // Another tab may be sending it just now; then it is not ours to show.
        await ifFree(prefix + kept.media, async () => adopt(kept));
      }
      resume();
    },
    add(todo: string, file: File): void {
      const kept: Kept = { media: newUlid(), todo, name: tidyName(file.name), file };
      void store.update<Kept>(prefix + kept.media, () => kept).catch(() => undefined);
      adopt(kept);
      void start(kept.media);
    },
    resume,
    tryAgain(media: string): void {
      show(media, { step: 'waiting', progress: 0 });
      void start(media);
    },
    cancel(media: string): void {
      running.get(media)?.abort();
      forget(media);
    },
    follow({ renamed }: News): void {
      if (!renamed) return;
      const moved = state.value.all.filter(upload => upload.todo === renamed.from);
      for (const { media, name, file } of moved) {
        show(media, { todo: renamed.to });
        const kept: Kept = { media, todo: renamed.to, name, file };
        void store.update<Kept>(prefix + media, () => kept).catch(() => undefined);
        void start(media);
      }
    },
  };
}
