/** How the post stands with the API, in words beside a dot. */
import type { Post } from './saving';
import { clock } from './words';

const WORDS: Record<Post['step'], { dot: string; word: string }> = {
  saved: { dot: '', word: 'Saved' },
  typing: { dot: 'off', word: 'Typing' },
  saving: { dot: 'off', word: 'Saving' },
  unreachable: { dot: 'warn', word: 'Kept on this device' },
  refused: { dot: 'bad', word: 'Not all saved' },
  conflict: { dot: 'warn', word: 'Two versions' },
  gone: { dot: 'bad', word: 'Deleted elsewhere' },
  'signed-out': { dot: 'warn', word: 'Signed out' },
};

export function Standing({ post, onSettle }: { post: Post; onSettle(): void }) {
  const { dot, word } = WORDS[post.step];
  const text = (
    <>
      <span class={`dot ${dot}`} />
      {post.step === 'saved' ? `Saved ${clock(new Date(post.draft.updated_at))}` : word}
    </>
  );
  if (post.step === 'conflict') {
    return (
      <button class="state link" type="button" onClick={onSettle}>
        {text}
      </button>
    );
  }
  return <span class="state">{text}</span>;
}
