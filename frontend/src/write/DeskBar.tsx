/** The bar of the desk when no post is open: who is there, and the way out. */
import { BlogBar } from './BlogBar';
import type { Desk } from './desk';

export function DeskBar({ desk }: { desk: Desk }) {
  return (
    <BlogBar>
      <a class="link" href="/account/">
        Account
      </a>
      <button class="link" type="button" onClick={() => void desk.signOut()}>
        Sign out
      </button>
    </BlogBar>
  );
}
