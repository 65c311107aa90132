/** A post begins with a title and an address; the address is for good. */
import { useId, useState } from 'preact/hooks';
import { NoAnswer, Refusal, SignedOut } from '../api/failures';
import { focusOnce } from '../ui/focus';
import { isInvisible } from '../ui/text';
import type { Desk } from './desk';
import { addressOf, oneLine, slugOf } from './limits';
import { toPost } from './place';

const DRAFT = 'new post title';

type Objection = { field: 'title' | 'slug' | null; text: string };

export function NewPost({ desk }: { desk: Desk }) {
  const { api, drafts, list, newUlid } = desk;
  const id = useId();
  const [title, setTitle] = useState(() => drafts.read(DRAFT) ?? '');
  const [own, setOwn] = useState<string | null>(null);
  const [objection, setObjection] = useState<Objection | null>(null);
  const [isBusy, setBusy] = useState(false);
  // The same words sent again are the same post.
  const [key, setKey] = useState(newUlid);
  // Without an own address the API makes it of the title, with a number where that is taken.
  const slug = own ?? addressOf(title);

  function edit(change: () => void): void {
    change();
    setKey(newUlid());
    setObjection(null);
  }

  async function begin(): Promise<void> {
    const found = objectionBefore(title, own);
    setObjection(found);
    if (found?.field) document.getElementById(id + found.field)?.focus();
    if (found || isBusy) return;
    setBusy(true);
    try {
      const made = await api.create({ title: title.trim(), slug: own === null ? null : slugOf(own) }, key);
      drafts.forget(DRAFT);
      list.learn(made);
      location.hash = toPost(made.slug);
    } catch (failure) {
      if (failure instanceof SignedOut) desk.signInAgain();
      else setObjection(objectionTo(failure));
    } finally {
      setBusy(false);
    }
  }

  const objectionAt = (field: Objection['field']) => (objection?.field === field ? objection.text : null);
  return (
    <form
      class="empty begin"
      noValidate
      onSubmit={event => {
        event.preventDefault();
        void begin();
      }}
    >
      <h1>A new post</h1>
      <div class="field">
        <label for={`${id}title`}>Title</label>
        <input
          id={`${id}title`}
          class="input"
          ref={focusOnce}
          value={title}
          autocomplete="off"
          aria-invalid={objectionAt('title') !== null}
          aria-describedby={`${id}title-hint`}
          onInput={({ currentTarget: { value } }) =>
            edit(() => {
              setTitle(oneLine(value));
              drafts.write(DRAFT, oneLine(value));
            })
          }
        />
        <p id={`${id}title-hint`} class={`hint ${objectionAt('title') ? 'bad' : ''}`}>
          {objectionAt('title') ?? 'It can change at any time.'}
        </p>
      </div>
      <div class="field">
        <label for={`${id}slug`}>Address</label>
        <div class="address">
          <span aria-hidden="true">/blog/</span>
          <input
            id={`${id}slug`}
            class="input mono"
            value={slug}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-invalid={objectionAt('slug') !== null}
            aria-describedby={`${id}slug-hint`}
            onInput={({ currentTarget: { value } }) => edit(() => setOwn(value === '' ? null : value))}
            onBlur={() => own !== null && setOwn(slugOf(own) || null)}
          />
        </div>
        <p id={`${id}slug-hint`} class={`hint ${objectionAt('slug') ? 'bad' : ''}`}>
          {objectionAt('slug') ??
            'Left empty, it is made of the title. It stays, so that links to the post stay whole.'}
        </p>
      </div>
      <div role="alert">{objectionAt(null) && <p class="note bad">{objectionAt(null)}</p>}</div>
      <p class="ways">
        <button class="btn primary" type="submit" aria-disabled={isBusy}>
          {isBusy ? 'Beginning' : 'Begin'}
        </button>
        <a class="btn plain" href="#">
          Not now
        </a>
      </p>
    </form>
  );
}

function objectionBefore(title: string, own: string | null): Objection | null {
  if (isInvisible(title)) return { field: 'title', text: 'A post needs a title.' };
  if ([...title.trim()].length > 200) return { field: 'title', text: 'A title holds 200 characters.' };
  if (own !== null && slugOf(own) === '')
    return { field: 'slug', text: 'An address needs a letter from a to z, or a digit.' };
  return null;
}

function objectionTo(failure: unknown): Objection {
  if (failure instanceof Refusal && failure.problem.type === 'urn:problem-type:slug-taken')
    return { field: 'slug', text: `${failure.problem.detail} Choose another.` };
  if (failure instanceof Refusal) return { field: null, text: failure.problem.detail };
  if (!(failure instanceof NoAnswer)) reportError(failure);
  return { field: null, text: 'No answer. What you typed is still here; try again.' };
}
