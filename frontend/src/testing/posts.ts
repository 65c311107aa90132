/** Posts, and a server in memory that keeps the API's promises about them: versions, If-Match, one post an address. */
import { NoAnswer } from '../api/failures';
import type { PostApi } from '../api/posts';
import type { Draft, Media } from '../api/types';
import { type Fault, refusal } from './server';

export const aDraft = (changes: Partial<Draft> = {}): Draft => ({
  slug: 'shelves',
  url: 'https://site.example.test/blog/shelves/',
  title: 'Shelves',
  summary: '',
  body: '',
  html: '',
  tags: [],
  cover: null,
  language: null,
  created_at: '2026-11-20T08:00:00.000Z',
  updated_at: '2026-11-20T08:00:00.000Z',
  published_at: null,
  has_unpublished_changes: true,
  version: 1,
  ...changes,
});

export function aPostServer(...drafts: Draft[]) {
  const posts = new Map(drafts.map(draft => [draft.slug, draft]));
  const media = new Map<string, Partial<Media>>();
  const calls: string[] = [];
  let fault: Fault = null;

  async function serve<Value>(name: string, work: () => Value): Promise<Value> {
    if (fault === 'lost') throw new NoAnswer('lost');
    if (fault === 'busy') throw refusal(503, 'unavailable', {}, 7);
    calls.push(name);
    const value = structuredClone(work());
    if (fault === 'unanswered') throw new NoAnswer('unanswered');
    return value;
  }

  function found(slug: string, version?: number): Draft {
    const draft = posts.get(slug);
    if (!draft) throw refusal(404, 'not-found');
    if (version !== undefined && draft.version !== version)
      throw refusal(412, 'version-mismatch', { current: structuredClone(draft) });
    return draft;
  }

  function write(draft: Draft, changes: Partial<Draft>): Draft {
    const body = changes.body ?? draft.body;
    const title = (changes.title ?? draft.title).trim();
    const written = { ...draft, ...changes, title, html: `<p>${body}</p>`, version: draft.version + 1 };
    posts.set(draft.slug, written);
    return written;
  }

  const api: PostApi = {
    page: () => serve('page', () => ({ items: [...posts.values()], next: null })),
    get: slug => serve(`get ${slug}`, () => found(slug)),
    create: body =>
      serve(`create ${body.slug}`, () => {
        const slug = body.slug ?? 'made';
        if (posts.has(slug)) throw refusal(409, 'slug-taken');
        const { title, summary = '', body: text = '', tags = [], cover = null, language = null } = body;
        const draft = aDraft({ slug, title, summary, body: text, tags, cover, language });
        posts.set(slug, draft);
        return draft;
      }),
    change: (slug, body, version) =>
      serve(`change ${slug} ${Object.keys(body).join()}`, () =>
        write(found(slug, version), body as Partial<Draft>),
      ),
    publish: (slug, version) =>
      serve(`publish ${slug}`, () =>
        write(found(slug, version), { published_at: '2026-11-21T08:00:00.000Z' }),
      ),
    unpublish: (slug, version) =>
      serve(`unpublish ${slug}`, () => write(found(slug, version), { published_at: null })),
    delete: (slug, version) =>
      serve(`delete ${slug}`, () => {
        found(slug, version);
        posts.delete(slug);
      }),
    media: id =>
      serve(`media ${id}`, () => {
        const photo = media.get(id);
        if (!photo) throw refusal(404, 'not-found');
        return photo as Media;
      }),
    newestMedia: () =>
      serve('newest media', () => ({
        items: [...media].map(([id, photo]) => ({ id, ...photo }) as Media),
        next: null,
      })),
  };

  return {
    api,
    calls,
    posts,
    media,
    break: (now: Fault): void => {
      fault = now;
    },
    /** Somebody else writes. */
    elsewhere: (slug: string, changes: Partial<Draft>): Draft => write(found(slug), changes),
  };
}
