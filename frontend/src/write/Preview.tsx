/** The post as readers will see it: its HTML is the API's, sanitised there, as it was last saved. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Fields } from './fields';
import type { Photo } from './photos';
import type { Picture, Pictures } from './pictures';

interface PreviewProps {
  fields: Fields;
  html: string;
  pictures: Pictures;
  underway: Photo[];
}

export function Preview({ fields: { title, summary, cover }, html, pictures, underway }: PreviewProps) {
  const text = useRef<HTMLDivElement>(null);
  const picture = usePicture(cover, pictures, underway);
  useEffect(() => {
    if (text.current) void dress(text.current, pictures, underway);
  }, [html, underway]);

  return (
    <section class="preview" aria-label="Preview">
      <div class="inner">
        <p class="cap">Preview, as readers will see it</p>
        <h2 class="t" dir="auto">
          {title || 'No title yet'}
        </h2>
        {summary && (
          <p class="stand" dir="auto">
            {summary}
          </p>
        )}
        {cover && (
          <div class="cover">{picture && <img src={picture.url} alt="" width={1200} height={600} />}</div>
        )}
        <div class="prose" ref={text} dangerouslySetInnerHTML={{ __html: html }} />
      </div>
    </section>
  );
}

/** A photo on its way is shown by its file; one that has arrived by its thumbnail. */
export function usePicture(
  media: string | null,
  pictures: Pictures,
  underway: Photo[],
): Pick<Picture, 'url'> | null {
  const [found, setFound] = useState<{ media: string; picture: Picture | null } | null>(null);
  const own = underway.find(photo => photo.media === media && photo.step !== 'rejected');
  const isWanted = media !== null && own === undefined;
  useEffect(() => {
    if (!isWanted) return;
    let isCurrent = true;
    void pictures.find(media).then(picture => isCurrent && setFound({ media, picture }));
    return () => {
      isCurrent = false;
    };
  }, [media, isWanted]);
  if (own) return own;
  return found?.media === media ? found.picture : null;
}

/** Puts photos in, lets wide code scroll by the keyboard, gives blocks their direction, and keeps links from leading away from the desk. */
async function dress(text: HTMLElement, pictures: Pictures, underway: Photo[]): Promise<void> {
  for (const wide of text.querySelectorAll<HTMLElement>('pre, table')) wide.tabIndex = 0;
  for (const block of text.children) block.setAttribute('dir', block.matches('pre') ? 'ltr' : 'auto');
  for (const link of text.querySelectorAll('a')) link.target = '_blank';
  for (const image of text.querySelectorAll<HTMLImageElement>('img[data-photo]')) {
    const media = image.dataset.photo ?? '';
    const own = underway.find(photo => photo.media === media);
    const picture = own ?? (await pictures.find(media));
    if (!picture) continue;
    image.src = picture.url;
    if ('width' in picture) {
      image.width = picture.width;
      image.height = picture.height;
    }
  }
}
