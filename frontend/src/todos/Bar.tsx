/** The bar of the list page. */
import { useState } from 'preact/hooks';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import type { App } from './app';
import { BarState } from './BarState';
import type { ListState } from './list';
import { counted, plural } from './words';

const KEPT =
  'Signed out, they wait on this device until you sign in again. Nobody else who signs in here sees them.';
const LOST = 'This device has no room to keep them. Signed out, they are lost.';

interface BarProps {
  app: App;
  state: ListState;
  onSettle(): void;
}

export function Bar({ app, state, onSettle }: BarProps) {
  const [isAsking, setAsking] = useState(false);
  const kept = state.waiting.length;

  function onSignOut(): void {
    if (kept > 0) setAsking(true);
    else void app.signOut();
  }

  return (
    <header class="bar">
      <a class="mark" href="/">
        <Icon name="mark" />
        MyTodoList
      </a>
      <div class="end">
        <BarState state={state} onSettle={onSettle} />
        <a class="link account-link" href="/account/">
          <Icon name="person" />
          <span>Account</span>
        </a>
        <button class="link" type="button" onClick={onSignOut}>
          Sign out
        </button>
      </div>
      {isAsking && (
        <Dialog
          heading={`${counted(kept, 'change')} ${plural(kept, 'has', 'have')} not been sent`}
          summary={state.isLasting ? KEPT : LOST}
          onClose={() => setAsking(false)}
        >
          <div class="answers">
            <button class="btn" type="button" onClick={() => setAsking(false)}>
              Stay
            </button>
            <button class="btn" type="button" onClick={() => void app.signOut()}>
              Sign out
            </button>
          </div>
        </Dialog>
      )}
    </header>
  );
}
