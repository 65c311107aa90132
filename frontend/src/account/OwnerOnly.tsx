/** Shows a page's content only while the session is its person's. */
import type { ComponentChildren } from 'preact';
import { useWatched } from '../ui/state';
import type { PageOwner, Presence } from './page-owner';
import { toSignIn } from './ways';

export function OwnerOnly({ owner, children }: { owner: PageOwner; children: ComponentChildren }) {
  const { now } = useWatched(owner.presence);
  return now === 'here' ? <>{children}</> : <Away presence={now} />;
}

function Away({ presence }: { presence: Exclude<Presence, 'here'> }) {
  const isElse = presence === 'someone-else';
  return (
    <div class="wrap fault" role="alert">
      <h1>{isElse ? 'You signed in as someone else in another tab.' : 'You signed out.'}</h1>
      <p>What was not sent from this page is kept on this device until the same person is back.</p>
      {isElse ? (
        // Without the part after #, which may name what the other person was at.
        <button class="btn" type="button" onClick={() => location.replace(location.pathname)}>
          Reload this page
        </button>
      ) : (
        <a class="btn" href={toSignIn(location)}>
          Sign in
        </a>
      )}
    </div>
  );
}
