/**
 * Photos of a post: they go straight to the bucket, and are followed until there are thumbnails of them or a reason
 * why not. Until then each is kept on this device, so a reload takes it up where it was.
 */
import type { PostApi } from '../api/posts';
import type { Store } from '../offline/store';
import type { Bucket } from '../photos/bucket';
import { tidyName } from '../photos/check';
import { revokeWhenUnused } from '../photos/local-url';
import { createState } from '../ui/state';

export type Use = 'cover' | 'text';

interface Kept {
  media: string;
  slug: string;
  use: Use;
  name: string;
  file: Blob;
}

export interface Photo extends Kept {
  /** For the page to show it by. */
  url: string;
  /** `checking`: it has arrived, and its thumbnails are being made. */
  step: 'sending' | 'checking' | 'failed' | 'rejected';
  /** How much has gone out, from 0 to 1. */
  progress: number;
  /** Why it was rejected. */
  reason: string | null;
}

export interface PhotoParts {
  api: Pick<PostApi, 'newestMedia'>;
  bucket(): Promise<Bucket>;
  store: Store;
  sub: string;
  newUlid(): string;
  later(milliseconds: number, callback: () => void): () => void;
  onReady(photo: Photo): void;
  onRejected(photo: Photo, reason: string): void;
}

// A photo is looked for quickly at first; the last wait repeats.
const LOOKS_MS = [400, 600, 1_000, 1_500, 2_500, 4_000, 8_000, 15_000];

export type Photos = ReturnType<typeof createPhotos>;

export function createPhotos(parts: PhotoParts) {
  const { api, bucket, store, sub, newUlid, later } = parts;
  const state = createState<{ all: Photo[] }>({ all: [] });
  const running = new Map<string, AbortController>();
  const keyOf = (media: string) => `photo ${sub} ${media}`;
  const find = (media: string) => state.value.all.find(photo => photo.media === media);

  function show(media: string, changes: Partial<Photo>): void {
    state.set({ all: state.value.all.map(each => (each.media === media ? { ...each, ...changes } : each)) });
  }

  function unkeep(media: string): void {
    void store.update(keyOf(media), () => undefined).catch(() => undefined);
  }

  function drop(media: string): void {
    running.get(media)?.abort();
    running.delete(media);
    unkeep(media);
    const photo = find(media);
    state.set({ all: state.value.all.filter(each => each.media !== media) });
    if (photo) revokeWhenUnused(photo.url);
  }

  function adopt(kept: Kept): void {
    if (find(kept.media)) return;
    const photo: Photo = {
      ...kept,
      url: URL.createObjectURL(kept.file),
      step: 'sending',
      progress: 0,
      reason: null,
    };
    state.set({ all: [...state.value.all, photo] });
    void send(photo);
  }

  async function send({ media, file }: Photo): Promise<void> {
    const controller = new AbortController();
    running.set(media, controller);
    show(media, { step: 'sending', progress: 0 });
    try {
      const target = await bucket();
      const { signal } = controller;
      await target.put(media, file, { signal, onProgress: progress => show(media, { progress }) });
      signal.throwIfAborted();
      show(media, { step: 'checking', progress: 1 });
      lookLater(media, 0);
    } catch {
      if (!controller.signal.aborted) show(media, { step: 'failed', progress: 0 });
    } finally {
      running.delete(media);
    }
  }

  function lookLater(media: string, place: number): void {
    const wait = LOOKS_MS[Math.min(place, LOOKS_MS.length - 1)] ?? 0;
    later(wait, () => void look(media, place));
  }

  async function look(media: string, place: number): Promise<void> {
    const photo = find(media);
    if (!photo) return;
    // Without an answer, or before there is a row of it, there is nothing to say yet.
    const { items } = await api.newestMedia().catch(() => ({ items: [] }));
    const found = items.find(({ id }) => id === media);
    if (found?.state === 'ready') {
      parts.onReady(photo);
      drop(media);
    } else if (found?.state === 'rejected') {
      const reason = found.reason ?? 'This photo was not accepted.';
      // What was refused once would be refused again, so a reload need not try.
      unkeep(media);
      show(media, { step: 'rejected', reason });
      parts.onRejected(photo, reason);
    } else lookLater(media, place + 1);
  }

  return {
    state,
    /** Takes up again what was on its way when the post was left. */
    async open(slug: string): Promise<void> {
      const all = await store.list<Kept>(keyOf(''));
      for (const kept of all) if (kept.slug === slug) adopt(kept);
    },
    /** Sends a photo, and gives the name by which the post speaks of it. */
    add(slug: string, use: Use, file: File): string {
      const kept: Kept = { media: newUlid(), slug, use, name: tidyName(file.name), file };
      void store.update<Kept>(keyOf(kept.media), () => kept).catch(() => undefined);
      adopt(kept);
      return kept.media;
    },
    tryAgain(media: string): void {
      const photo = find(media);
      if (photo) void send(photo);
    },
    /** Forgets it: it was called off, or what was said of it has been read. */
    drop,
  };
}
