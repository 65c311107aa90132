/** Where a photo of the author's is to be seen, for the preview: in a private bucket, by addresses that end. */
import type { PostApi } from '../api/posts';
import { isFresh } from '../photos/fresh';
import type { Bucket } from '../photos/bucket';
import { deviceTime } from '../ui/device-clock';

export interface Picture {
  url: string;
  width: number;
  height: number;
}

const EDGE = 640;
/** Less than a signed address lives. */
const FRESH_MS = 10 * 60_000;

export type Pictures = ReturnType<typeof createPictures>;

export function createPictures(api: Pick<PostApi, 'media'>, bucket: () => Promise<Bucket>, now = deviceTime) {
  const known = new Map<string, { picture: Promise<Picture | null>; at: number }>();

  async function look(media: string): Promise<Picture | null> {
    const { state, thumbnails } = await api.media(media);
    const shown = thumbnails
      .filter(({ content_type }) => content_type === 'image/webp')
      .sort((one, other) => distance(one) - distance(other))[0];
    if (state !== 'ready' || !shown) return null;
    const url = await (await bucket()).thumbnailUrl(shown.url);
    return { url, width: shown.width, height: shown.height };
  }

  return {
    /** Null where there is nothing to be seen, or not yet. */
    find(media: string): Promise<Picture | null> {
      const found = known.get(media);
      if (found && isFresh(found.at, FRESH_MS, now())) return found.picture;
      const picture = look(media).catch(() => null);
      known.set(media, { picture, at: now() });
      // What is not there now may be in a moment.
      void picture.then(seen => seen ?? known.delete(media));
      return picture;
    },
  };
}

const distance = ({ width, height }: { width: number; height: number }): number =>
  Math.abs(Math.max(width, height) - EDGE);
