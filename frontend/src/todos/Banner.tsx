/** One line across the top while changes cannot go out. */
import { useEffect, useState } from 'preact/hooks';
import { isHeld } from '../offline/change';
import { Icon } from '../ui/Icon';
import type { ListState } from './list';
import { counted, plural } from './words';

interface BannerProps {
  state: ListState;
  onTryNow(): void;
}

export function Banner({ state, onTryNow }: BannerProps) {
  const { waiting, isReachable, busyUntil, isLasting } = state;
  const unsent = waiting.filter(change => !isHeld(change)).length;
  const place = isLasting ? 'on this device' : 'only until you close this tab';
  const isBusy = isReachable && busyUntil !== null;
  return (
    <div class="banner" role="status">
      {(!isReachable || isBusy) && (
        <div class="wrap">
          <Icon name="offline" />
          <p>
            {isBusy ? (
              <Busy until={busyUntil} count={unsent} place={place} />
            ) : (
              <Offline count={unsent} place={place} />
            )}
          </p>
          <button class="btn plain sm" type="button" onClick={onTryNow}>
            Try now
          </button>
        </div>
      )}
    </div>
  );
}

function Offline({ count, place }: { count: number; place: string }) {
  const what =
    count === 0
      ? `What you change is kept ${place}.`
      : `${counted(count, 'change')} ${plural(count, 'is', 'are')} kept ${place}.`;
  return (
    <>
      <b>{navigator.onLine ? 'The server does not answer.' : 'Offline.'}</b> {what}
    </>
  );
}

function Busy({ until, count, place }: { until: number; count: number; place: string }) {
  const seconds = useSecondsTo(until);
  return (
    <>
      <b>The server is busy.</b> {counted(count, 'change')} {plural(count, 'waits', 'wait')} {place}.{' '}
      <span class="num" aria-hidden="true">
        Next try in {seconds} s.
      </span>
    </>
  );
}

function useSecondsTo(moment: number): number {
  const left = () => Math.max(0, Math.ceil((moment - performance.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => setSeconds(left()), 1000);
    return () => clearInterval(timer);
  }, [moment]);
  return seconds;
}
