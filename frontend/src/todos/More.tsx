/** The end of what has been read, where more is to come: reads on by itself, or by the button. */
import { useEffect, useRef } from 'preact/hooks';

interface MoreProps {
  count: number;
  isReading: boolean;
  failure: string | null;
  isReachable: boolean;
  onMore(): void;
}

const AHEAD = '600px';

export function More({ count, isReading, failure, isReachable, onMore }: MoreProps) {
  const end = useRef<HTMLDivElement>(null);
  const isIdle = !isReading && !failure && isReachable;
  useEffect(() => {
    if (!isIdle || !end.current) return;
    const observer = new IntersectionObserver(([seen]) => seen?.isIntersecting && onMore(), {
      rootMargin: AHEAD,
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [count, isIdle]);

  return (
    <div class="more" ref={end}>
      {!isReachable ? (
        <p>The rest of the list comes when the network is back.</p>
      ) : (
        <>
          {failure && <p role="alert">The next page did not come. {failure}</p>}
          <button
            class="btn sm"
            type="button"
            aria-disabled={isReading}
            onClick={() => !isReading && onMore()}
          >
            {isReading ? 'Reading more' : failure ? 'Try again' : 'Show more'}
          </button>
        </>
      )}
    </div>
  );
}
