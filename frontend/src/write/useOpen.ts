/** Opens a post for writing, and closes it when it is left. */
import { useEffect, useState } from 'preact/hooks';
import { NoAnswer, Refusal, SignedOut } from '../api/failures';
import { currentOf } from '../api/posts';
import type { Draft } from '../api/types';
import { prepare } from '../photos/prepare';
import { announce } from '../ui/announce';
import { showToast } from '../ui/Toast';
import type { Desk } from './desk';
import type { FieldName } from './fields';
import { withoutPhoto } from './formatting';
import { createPhotos, type Photo, type Use } from './photos';
import { openPost, type Saving } from './saving';

export type Open = Awaited<ReturnType<typeof open>>;

export function useOpen(desk: Desk, draft: Draft): Open | null {
  const [opened, setOpened] = useState<Open | null>(null);
  useEffect(() => {
    let leave = () => {};
    let isLeft = false;
    void open(desk, draft).then(made => {
      leave = made.leave;
      if (isLeft) leave();
      else setOpened(made);
    });
    return () => {
      isLeft = true;
      leave();
    };
  }, []);
  return opened;
}

const NAMES: Record<FieldName, string> = {
  title: 'the title',
  summary: 'the summary',
  body: 'the text',
  tags: 'the tags',
  cover: 'the cover',
  language: 'the language',
};

async function open(desk: Desk, draft: Draft) {
  const { api, copies, later, newUlid, list } = desk;
  const saving = await openPost({
    api,
    copies,
    draft,
    now: desk.time.now,
    elapsed: () => performance.now(),
    later,
    newKey: newUlid,
    onSaved: list.learn,
    onJoined: names => {
      const what = names.map(name => NAMES[name]).join(' and ');
      showToast({ text: `Somebody else changed ${what}; both are here` });
    },
  });
  const photos = createPhotos({
    api,
    bucket: desk.bucket,
    store: desk.store,
    sub: desk.person.sub,
    newUlid,
    later,
    onReady: ({ name }) => announce(`${name} is ready.`),
    onRejected: photo => takeOut(saving, photo),
  });
  await photos.open(draft.slug);

  function onHidden(): void {
    if (document.visibilityState === 'hidden') void saving.flush();
  }
  const onOnline = () => void saving.flush();
  document.addEventListener('visibilitychange', onHidden);
  addEventListener('online', onOnline);

  return {
    saving,
    photos,
    actions: actionsOf(desk, saving),
    /** Sends what can be sent; gives the names by which the post speaks of them, and what stands against the others. */
    async addPhotos(use: Use, files: File[]): Promise<{ added: Photo[]; objection: string | null }> {
      const objections: string[] = [];
      const added: Photo[] = [];
      for (const file of files) {
        const prepared = await prepare(file);
        if ('objection' in prepared) objections.push(prepared.objection);
        else {
          const media = photos.add(draft.slug, use, prepared.file);
          added.push(...photos.state.value.all.filter(photo => photo.media === media));
        }
      }
      return { added, objection: objections.join(' ') || null };
    },
    leave(): void {
      document.removeEventListener('visibilitychange', onHidden);
      removeEventListener('online', onOnline);
      void saving.flush().finally(saving.close);
    },
  };
}

/** A photo that is none leaves the post again. */
function takeOut(saving: Saving, { media }: Photo): void {
  const { body, cover } = saving.state.value.fields;
  const rest = withoutPhoto(body, media);
  saving.change({ ...(rest !== body && { body: rest }), ...(cover === media && { cover: null }) });
}

function actionsOf({ api, copies, list }: Desk, saving: Saving) {
  const { slug } = saving;

  /** Does something to the post as it stands here; gives what went wrong, in words, or null. */
  async function attempt(work: (version: number) => Promise<void>): Promise<string | null> {
    if (!(await saving.flush())) return 'Not everything you typed is saved yet. That comes first.';
    try {
      await work(saving.version);
      return null;
    } catch (failure) {
      const current = failure instanceof Refusal ? currentOf(failure) : null;
      if (current) {
        saving.meet(current);
        return 'The post was changed elsewhere just now. Look at it once more, then try again.';
      }
      if (failure instanceof Refusal) return failure.problem.detail;
      if (failure instanceof SignedOut) return 'You are signed out. Sign in, then try again.';
      if (!(failure instanceof NoAnswer)) reportError(failure);
      return 'No answer. Nothing may have changed; try again.';
    }
  }

  return {
    publish: (isAnnounced: boolean) =>
      attempt(async version => {
        saving.learn(await api.publish(slug, version, isAnnounced));
        showToast({ text: 'Published. Readers see it within a minute.' });
      }),
    unpublish: () =>
      attempt(async version => {
        saving.learn(await api.unpublish(slug, version));
        showToast({ text: 'Taken back. The draft is here.' });
      }),
    delete: () =>
      attempt(async version => {
        await api.delete(slug, version);
        saving.close();
        copies.forget(slug);
        list.forget(slug);
        showToast({ text: 'Deleted' });
        location.assign('#');
      }),
    async beginAnew(): Promise<void> {
      await saving.beginAnew().then(list.learn, failure => {
        if (failure instanceof Refusal) showToast({ text: failure.problem.detail });
        else showToast({ text: 'No answer. Your words are still here; try again.' });
      });
    },
    /** Lets go of a post that is deleted already. */
    abandon(): void {
      saving.close();
      copies.forget(slug);
      list.forget(slug);
    },
  };
}
