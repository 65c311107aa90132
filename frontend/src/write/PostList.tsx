/** The author's own posts. */
import { useWatched } from '../ui/state';
import { Icon } from '../ui/Icon';
import { readable } from '../ui/text';
import type { Desk } from './desk';
import { NEW, toPost } from './place';
import { lineOf } from './words';

export function PostList({ desk, current }: { desk: Desk; current: string | null }) {
  const { items, next, step } = useWatched(desk.list.state);
  const now = desk.time.now();
  return (
    <nav class="drafts" aria-label="Posts">
      <div class="row">
        <h2>Posts</h2>
        <a class="icon-btn" href={NEW} aria-label="New post">
          <Icon name="plus" />
        </a>
      </div>
      {step === 'failed' && (
        <p class="quiet small" role="alert">
          Your posts could not be read.{' '}
          <button class="as-link" type="button" onClick={() => void desk.list.refresh()}>
            Try again
          </button>
        </p>
      )}
      <ul>
        {items.map(post => (
          <li key={post.slug}>
            <a href={toPost(post.slug)} aria-current={post.slug === current ? 'page' : undefined}>
              <b dir="auto">{readable(post.title)}</b>
              <small>{lineOf(post, now)}</small>
            </a>
          </li>
        ))}
      </ul>
      {next && (
        <button class="btn plain sm" type="button" onClick={() => void desk.list.more()}>
          Older posts
        </button>
      )}
    </nav>
  );
}
