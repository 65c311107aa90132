/** One line at the foot of the page about what just happened, with at most one thing to do about it. */
import { useEffect, useState } from 'preact/hooks';
import { createState, useWatched } from './state';

interface Toast {
  text: string;
  action?: { label: string; run(): void };
}

const SHOWN_MS = 6_000;
const shown = createState<{ toast: Toast | null }>({ toast: null });

export const showToast = (toast: Toast): void => shown.set({ toast });
export const hideToast = (): void => shown.set({ toast: null });

/** Does what the toast offers, if it offers anything. */
export function runToastAction(): boolean {
  const action = shown.value.toast?.action;
  if (!action) return false;
  hideToast();
  action.run();
  return true;
}

export function Toasts() {
  const { toast } = useWatched(shown);
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (!toast || isHeld) return;
    const timer = setTimeout(hideToast, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast, isHeld]);
  useEffect(() => setHeld(false), [toast]);

  return (
    <div role="status">
      {toast && (
        <div
          class="toast"
          onPointerEnter={() => setHeld(true)}
          onPointerLeave={() => setHeld(false)}
          onFocusIn={() => setHeld(true)}
          onFocusOut={() => setHeld(false)}
        >
          <p dir="auto">{toast.text}</p>
          {toast.action && (
            <button class="btn sm" type="button" onClick={runToastAction}>
              {toast.action.label}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
