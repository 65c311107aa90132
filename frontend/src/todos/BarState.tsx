/** How the list stands with the API, in a word or two beside a dot. */
import { useEffect, useState } from 'preact/hooks';
import { isHeld } from '../offline/change';
import type { ListState } from './list';

const QUICK_MS = 400;

interface Standing {
  dot: string;
  count: string;
  word: string;
}

export function standing(state: ListState): Standing {
  const { waiting, isOpen, isReachable, busyUntil, isReading, readFailure, isLasting } = state;
  const refused = waiting.filter(change => change.refused !== undefined).length;
  const held = waiting.filter(isHeld).length - refused;
  const unsent = waiting.length - held - refused;
  if (held > 0) return { dot: 'warn', count: `${held}`, word: 'to settle' };
  if (refused > 0) return { dot: 'bad', count: `${refused}`, word: 'not saved' };
  if (unsent > 0 && (!isReachable || busyUntil !== null))
    return { dot: 'warn', count: `${unsent}`, word: isLasting ? 'waiting' : 'waiting in this tab only' };
  if (!isReachable) return { dot: 'off', count: '', word: 'Offline' };
  if (unsent > 0) return { dot: 'off', count: '', word: 'Saving' };
  if (!isOpen && readFailure) return { dot: 'bad', count: '', word: 'Not read' };
  if (isReading) return { dot: 'off', count: '', word: 'Reading' };
  return isLasting
    ? { dot: '', count: '', word: 'Saved' }
    : { dot: 'warn', count: '', word: 'Saved on the server only' };
}

export function BarState({ state, onSettle }: { state: ListState; onSettle(): void }) {
  const { dot, count, word } = useUnhurried(standing(state));
  const text = (
    <>
      <span class={`dot ${dot}`} />
      <span class="num">
        {count} <span class={count && 'long'}>{word}</span>
      </span>
    </>
  );
  return word === 'to settle' ? (
    <button class="state link" type="button" onClick={onSettle}>
      {text}
    </button>
  ) : (
    <span class="state" aria-busy={state.waiting.some(change => !isHeld(change))}>
      {text}
    </span>
  );
}

/** What passes quickly is not worth a flicker. */
function useUnhurried(now: Standing): Standing {
  const [shown, setShown] = useState(now);
  const isPassing = now.word === 'Saving' || now.word === 'Reading';
  useEffect(() => {
    if (!isPassing) {
      setShown(now);
      return;
    }
    const timer = setTimeout(() => setShown(now), QUICK_MS);
    return () => clearTimeout(timer);
  }, [now.word, now.count, isPassing]);
  return isPassing && shown.word !== now.word ? shown : now;
}
