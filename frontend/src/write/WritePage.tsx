/** The author's desk: their posts at the left, and the one they write. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { SignedOut } from '../api/failures';
import type { Draft } from '../api/types';
import { useWatched } from '../ui/state';
import { Toasts } from '../ui/Toast';
import { readable } from '../ui/text';
import { DeskBar } from './DeskBar';
import type { Desk } from './desk';
import { Editor } from './Editor';
import { NewPost } from './NewPost';
import { NotAuthor } from './NotAuthor';
import { PostList } from './PostList';
import { NEW, type Place, toPost, usePlace } from './place';

export type Pane = 'posts' | 'write' | 'preview';

export function WritePage({ desk }: { desk: Desk }) {
  const { step } = useWatched(desk.list.state);
  const place = usePlace();
  if (step === 'not-an-author') return <NotAuthor desk={desk} />;
  return (
    <>
      {place.kind === 'post' ? (
        <OpenPost key={place.slug} desk={desk} slug={place.slug} />
      ) : (
        <Plain desk={desk} place={place}>
          {place.kind === 'new' ? <NewPost desk={desk} /> : <Invitation desk={desk} />}
        </Plain>
      )}
      <Toasts />
    </>
  );
}

function OpenPost({ desk, slug }: { desk: Desk; slug: string }) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const [failure, setFailure] = useState<'absent' | 'unanswered' | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    setFailure(null);
    desk.api.get(slug).then(setDraft, why => {
      if (why instanceof SignedOut) desk.signInAgain();
      else setFailure(why.status === 404 ? 'absent' : 'unanswered');
    });
  }, [tries]);

  if (draft) return <Editor desk={desk} draft={draft} />;
  return (
    <Plain desk={desk} place={{ kind: 'post', slug }}>
      {failure && (
        <div class="empty" role="alert">
          <h1>{failure === 'absent' ? 'There is no such post of yours.' : 'The post could not be read.'}</h1>
          <p>
            {failure === 'absent'
              ? 'It was deleted, or never begun.'
              : 'The server does not answer. What you typed before is on this device.'}
          </p>
          {failure === 'unanswered' && (
            <button class="btn" type="button" onClick={() => setTries(tries + 1)}>
              Try again
            </button>
          )}
        </div>
      )}
    </Plain>
  );
}

interface PlainProps {
  desk: Desk;
  place: Place;
  children: ComponentChildren;
}

/** The desk without a post on it. */
function Plain({ desk, place, children }: PlainProps) {
  return (
    <>
      <DeskBar desk={desk} />
      <main id="main" class={`desk ${place.kind === 'desk' ? '' : 'apart'}`}>
        <PostList desk={desk} current={place.kind === 'post' ? place.slug : null} />
        {children}
      </main>
    </>
  );
}

function Invitation({ desk }: { desk: Desk }) {
  const { items, step } = useWatched(desk.list.state);
  const [newest] = items;
  const isEmpty = step === 'read' && items.length === 0;
  return (
    <div class="empty">
      <h1>{isEmpty ? 'Nothing written yet.' : 'Write.'}</h1>
      <p>
        {isEmpty ? 'The first post starts with a title.' : 'Go on where you were, or begin something new.'}
      </p>
      <p class="ways">
        {newest && (
          <a class="btn" href={toPost(newest.slug)}>
            Go on with “{readable(newest.title)}”
          </a>
        )}
        <a class="btn primary" href={NEW}>
          New post
        </a>
      </p>
    </div>
  );
}
