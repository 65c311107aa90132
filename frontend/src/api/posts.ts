/** The author's routes. */
import type { Call } from './client';
import type { Refusal } from './failures';
import type { Draft, DraftChanges, DraftPage, Media, MediaPage, NewPost } from './types';

const PAGE = 50;

export function createPostApi(call: Call) {
  return {
    page: (cursor?: string) => {
      const query = new URLSearchParams({ limit: String(PAGE), ...(cursor && { cursor }) });
      return call<DraftPage>({ method: 'GET', path: `/me/posts?${query}` });
    },
    get: (slug: string) => call<Draft>({ method: 'GET', path: `/me/posts/${slug}` }),
    create: (body: NewPost, key: string) => call<Draft>({ method: 'POST', path: '/posts', body, key }),
    change: (slug: string, body: DraftChanges, version: number) =>
      call<Draft>({ method: 'PATCH', path: `/posts/${slug}`, body, version }),
    publish: (slug: string, version: number, announce: boolean) =>
      call<Draft>({ method: 'POST', path: `/posts/${slug}/publish`, body: { announce }, version }),
    unpublish: (slug: string, version: number) =>
      call<Draft>({ method: 'POST', path: `/posts/${slug}/unpublish`, version }),
    delete: (slug: string, version: number) =>
      call<void>({ method: 'DELETE', path: `/posts/${slug}`, version }),
    media: (id: string) => call<Media>({ method: 'GET', path: `/media/${id}` }),
    /** The author's newest photos: one that has no row yet is simply not among them. */
    newestMedia: () => call<MediaPage>({ method: 'GET', path: `/media?limit=${PAGE}` }),
  };
}

export type PostApi = ReturnType<typeof createPostApi>;

/** How the post stands now, where a version mismatch (412) says so. */
export function currentOf({ status, problem }: Refusal): Draft | null {
  return status === 412 ? ((problem as { current?: unknown }).current as Draft) : null;
}
