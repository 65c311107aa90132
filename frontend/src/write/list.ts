/** The author's own posts, the last changed first. */
import { Refusal, SignedOut } from '../api/failures';
import type { PostApi } from '../api/posts';
import type { Draft, DraftSummary } from '../api/types';
import { createState } from '../ui/state';

export interface PostList {
  items: DraftSummary[];
  next: string | null;
  step: 'reading' | 'read' | 'failed' | 'not-an-author';
}

export interface ListParts {
  api: Pick<PostApi, 'page'>;
  onSignedOut(): void;
}

export type List = ReturnType<typeof createList>;

export function createList({ api, onSignedOut }: ListParts) {
  const state = createState<PostList>({ items: [], next: null, step: 'reading' });

  async function read(cursor?: string): Promise<void> {
    state.set({ step: 'reading' });
    try {
      const page = await api.page(cursor);
      const known = cursor === undefined ? [] : state.value.items;
      state.set({ items: [...known, ...page.items], next: page.next, step: 'read' });
    } catch (failure) {
      if (failure instanceof SignedOut) onSignedOut();
      else if (failure instanceof Refusal && failure.status === 403) state.set({ step: 'not-an-author' });
      else state.set({ step: 'failed' });
    }
  }

  return {
    state,
    refresh: () => read(),
    more: () => read(state.value.next ?? undefined),
    /** A post was saved: its line says so, and comes first. */
    learn({ slug, title, updated_at, published_at, has_unpublished_changes }: Draft): void {
      const line = { slug, title, updated_at, published_at, has_unpublished_changes };
      state.set({ items: [line, ...state.value.items.filter(item => item.slug !== slug)] });
    },
    forget(slug: string): void {
      state.set({ items: state.value.items.filter(item => item.slug !== slug) });
    },
  };
}
