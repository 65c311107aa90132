/** Asks for a new code, but not all the time. */
import { useEffect, useState } from 'preact/hooks';

const WAIT_SECONDS = 60;

export function Resend({ waitsFirst, onResend }: { waitsFirst: boolean; onResend(): Promise<void> }) {
  const [seconds, setSeconds] = useState(waitsFirst ? WAIT_SECONDS : 0);
  const isWaiting = seconds > 0;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => setSeconds(left => left - 1), 1000);
    return () => clearInterval(timer);
  }, [isWaiting]);

  async function resend(): Promise<void> {
    await onResend();
    setSeconds(WAIT_SECONDS);
  }

  return isWaiting ? (
    <span class="quiet num">
      New code in {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, '0')}
    </span>
  ) : (
    <button class="text" type="button" onClick={() => void resend()}>
      Send a new code
    </button>
  );
}
