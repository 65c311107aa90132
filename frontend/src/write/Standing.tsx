/** How the post stands with the API, in words beside a dot. */
import { useEffect, useRef } from 'preact/hooks';
import type { ServerTime } from '../api/server-time';
import { announce } from '../ui/announce';
import type { Post } from './saving';
import { dayOf, momentInWords } from '../todos/dates';

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

/** What is worth an interruption; that all is well only where it was not. */
const SAID: Partial<Record<Post['step'], string>> = {
  unreachable: 'No answer. What you type is kept on this device.',
  'signed-out': 'You are signed out. What you typed is kept on this device.',
  conflict: 'There are two versions of this post.',
};

function useAnnouncements(step: Post['step']): void {
  const wasAmiss = useRef(false);
  useEffect(() => {
    const said = SAID[step];
    if (said) announce(said);
    else if (step === 'saved' && wasAmiss.current) announce('Saved.');
    if (said || step === 'saved') wasAmiss.current = said !== undefined;
  }, [step]);
}

interface StandingProps {
  post: Post;
  time: ServerTime;
  onSettle(): void;
}

export function Standing({ post, time, onSettle }: StandingProps) {
  useAnnouncements(post.step);
  const { dot, word } = WORDS[post.step];
  const text = (
    <>
      <span class={`dot ${dot}`} />
      {post.step === 'saved' ? `Saved ${momentInWords(post.draft.updated_at, dayOf(time.now()))}` : word}
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
