/** The list when there is nothing to show, and why. */
import { useEffect, useState } from 'preact/hooks';
import type { Filter } from './view';

const QUICK_MS = 400;

const Lines = () => (
  <svg viewBox="0 0 430 120" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true">
    <g opacity=".9">
      <circle cx="12" cy="18" r="10" />
      <path d="M40 18h250" />
    </g>
    <g opacity=".55">
      <circle cx="12" cy="60" r="10" />
      <path d="M40 60h180" />
    </g>
    <g opacity=".28">
      <circle cx="12" cy="102" r="10" />
      <path d="M40 102h220" />
    </g>
  </svg>
);

export const Empty = () => (
  <div class="empty">
    <Lines />
    <h2>Nothing to do, and that is fine.</h2>
    <p>
      Write the first thing above and press <span class="kbd">Enter</span>. Click it later for a note, a date
      and photos; double-click it to change the words.
    </p>
  </div>
);

export const FilterEmpty = ({ filter }: { filter: Filter }) => (
  <div class="empty">
    <h2>{filter === 'completed' ? 'Nothing completed yet.' : 'That was everything.'}</h2>
    <p>
      {filter === 'completed'
        ? 'What you tick off gathers here.'
        : 'All of it is done. The list keeps it until you clear it.'}
    </p>
  </div>
);

/** Comes only where the wait is long enough to be felt. */
export function Loading() {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), QUICK_MS);
    return () => clearTimeout(timer);
  }, []);
  return isLong ? (
    <div class="empty loading" role="status">
      <Lines />
      <p>Reading your list</p>
    </div>
  ) : null;
}

export const Failed = ({ why, onTryAgain }: { why: string; onTryAgain(): void }) => (
  <div class="empty" role="alert">
    <h2>The list did not come.</h2>
    <p>{why} What you write now is kept on this device.</p>
    <p>
      <button class="btn" type="button" onClick={onTryAgain}>
        Try again
      </button>
    </p>
  </div>
);
