/** The post that is being written: what surrounds the text, the text, and how it will look. */
import { useEffect, useState } from 'preact/hooks';
import type { Draft } from '../api/types';
import { announce } from '../ui/announce';
import { Note } from '../ui/Note';
import { useWatched } from '../ui/state';
import { readable } from '../ui/text';
import { showToast } from '../ui/Toast';
import { BlogBar } from './BlogBar';
import { Conflict } from './Conflict';
import type { Desk } from './desk';
import { wordsIn } from './formatting';
import { PostList } from './PostList';
import { Preview } from './Preview';
import { toPost } from './place';
import { AskToDelete, AskToPublish, AskToUnpublish } from './Questions';
import type { Choice } from './saving';
import { Standing } from './Standing';
import { type Open, useOpen } from './useOpen';
import { Writing } from './Writing';
import { countedWords } from './words';

type Question = 'publish' | 'unpublish' | 'delete';

export function Editor({ desk, draft }: { desk: Desk; draft: Draft }) {
  const open = useOpen(desk, draft);
  return open ? <OpenEditor desk={desk} open={open} /> : null;
}

function OpenEditor({ desk, open }: { desk: Desk; open: Open }) {
  const { saving, photos, actions } = open;
  const post = useWatched(saving.state);
  const { all } = useWatched(photos.state);
  const underway = all.filter(photo => photo.slug === saving.slug);
  const [question, setQuestion] = useState<Question | null>(null);
  const [isSettling, setSettling] = useState(true);
  const { draft, fields, step } = post;
  const title = readable(fields.title.trim() || draft.title);
  const isPublic = draft.published_at !== null;
  const isCurrent = isPublic && !draft.has_unpublished_changes && !saving.hasUnsaved;

  useEffect(() => {
    // What has just begun to clash asks by itself, once.
    if (step === 'conflict') setSettling(true);
  }, [step]);

  async function choose(choice: Choice): Promise<void> {
    const other = await saving.choose(choice);
    if (!other) return;
    desk.list.learn(other);
    showToast({
      text: `Kept yours as “${readable(other.title)}”`,
      action: { label: 'Open it', run: () => location.assign(toPost(other.slug)) },
    });
  }

  return (
    <>
      <BlogBar class="publish">
        <Standing post={post} time={desk.time} onSettle={() => setSettling(true)} />
        <span class="state words num">{countedWords(wordsIn(fields.body))}</span>
        <span class="btns">
          {isPublic && (
            <a class="btn sm" href={new URL(draft.url).pathname} target="_blank" rel="noreferrer">
              Read it
            </a>
          )}
          <button
            class="btn primary sm"
            type="button"
            aria-disabled={isCurrent}
            onClick={() => (isCurrent ? announce('Readers see it as it stands.') : setQuestion('publish'))}
          >
            {isCurrent ? 'Published' : isPublic ? 'Publish changes' : 'Publish'}
          </button>
        </span>
      </BlogBar>
      <main id="main" class="editor">
        <h1 class="sr">Writing: {title}</h1>
        <Panes />
        <PostList desk={desk} current={saving.slug} />
        <Writing desk={desk} open={open} post={post} underway={underway}>
          <Trouble desk={desk} open={open} onLeave={() => location.assign('#')} />
          <footer class="whole">
            <span class="mono">{new URL(draft.url).pathname}</span>
            {isPublic && (
              <button class="btn plain sm" type="button" onClick={() => setQuestion('unpublish')}>
                Unpublish
              </button>
            )}
            <button class="btn plain sm" type="button" onClick={() => setQuestion('delete')}>
              Delete
            </button>
          </footer>
        </Writing>
        <Preview fields={fields} html={draft.html} pictures={desk.pictures} underway={underway} />
      </main>
      {step === 'conflict' && isSettling && (
        <Conflict post={post} time={desk.time} onChoose={choose} onClose={() => setSettling(false)} />
      )}
      {question === 'publish' && (
        <AskToPublish
          title={title}
          url={draft.url}
          isFirst={!isPublic}
          onClose={() => setQuestion(null)}
          onYes={actions.publish}
        />
      )}
      {question === 'unpublish' && (
        <AskToUnpublish title={title} onClose={() => setQuestion(null)} onYes={actions.unpublish} />
      )}
      {question === 'delete' && (
        <AskToDelete title={title} onClose={() => setQuestion(null)} onYes={actions.delete} />
      )}
    </>
  );
}

/** On a narrow screen there is one pane at a time; the style looks which one is checked. */
function Panes() {
  return (
    <div class="tabs">
      <fieldset class="seg">
        <legend class="sr">Pane</legend>
        <label>
          <input type="radio" name="pane" value="posts" />
          Posts
        </label>
        <label>
          <input type="radio" name="pane" value="write" defaultChecked />
          Write
        </label>
        <label>
          <input type="radio" name="pane" value="preview" />
          Preview
        </label>
      </fieldset>
    </div>
  );
}

interface TroubleProps {
  desk: Desk;
  open: Open;
  onLeave(): void;
}

/** What keeps the words from being saved, and what to do about it. */
function Trouble({ desk, open: { saving, actions }, onLeave }: TroubleProps) {
  const { step, problem } = useWatched(saving.state);
  if (step === 'unreachable') {
    return (
      <Note tone="warn" icon="offline">
        <b>No answer.</b> What you type is kept on this device, and sent when the server answers.
      </Note>
    );
  }
  if (step === 'signed-out') {
    return (
      <Note tone="warn">
        <b>You are signed out.</b> What you typed is kept on this device.{' '}
        <button class="as-link" type="button" onClick={desk.signInAgain}>
          Sign in and go on
        </button>
      </Note>
    );
  }
  if (step === 'gone') {
    return (
      <Note tone="bad">
        <b>This post was deleted elsewhere.</b> Your words are still here.{' '}
        <button class="as-link" type="button" onClick={() => void actions.beginAnew()}>
          Begin it anew with them
        </button>{' '}
        or{' '}
        <button
          class="as-link"
          type="button"
          onClick={() => {
            actions.abandon();
            onLeave();
          }}
        >
          let it go
        </button>
        .
      </Note>
    );
  }
  return step === 'refused' && problem ? <Note tone="bad">{problem}</Note> : null;
}
