/** For those who may read everything and publish nothing. */
import { announce } from '../ui/announce';
import { DeskBar } from './DeskBar';
import type { Desk } from './desk';

export function NotAuthor({ desk }: { desk: Desk }) {
  async function lookAgain(): Promise<void> {
    // Groups stand in the token, and a token is an hour old at most.
    const person = await desk.owner.lookAgain().catch(() => null);
    if (person?.isAuthor) location.reload();
    else announce('Nothing has changed.');
  }

  return (
    <>
      <DeskBar desk={desk} />
      <main id="main" class="wrap empty">
        <h1>This desk is for authors.</h1>
        <p>
          You are signed in as <b>{desk.person.email}</b>, and this account reads. Whoever runs this blog
          makes somebody an author by adding the account to the group <code class="mono">authors</code>.
        </p>
        <p class="ways">
          <a class="btn primary" href="/blog/">
            Read the blog
          </a>
          <button class="btn" type="button" onClick={() => void lookAgain()}>
            Look again
          </button>
        </p>
      </main>
    </>
  );
}
