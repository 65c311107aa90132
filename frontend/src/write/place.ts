/** What the address says of the desk: `#post/fewer-shelves`, `#new`, or nothing. */
import { useEffect, useState } from 'preact/hooks';

export type Place = { kind: 'desk' } | { kind: 'new' } | { kind: 'post'; slug: string };

export const toPost = (slug: string): string => `#post/${slug}`;
export const NEW = '#new';

export function placeOf(hash: string): Place {
  const slug = /^#post\/([a-z0-9-]{1,80})$/.exec(hash)?.[1];
  if (slug !== undefined) return { kind: 'post', slug };
  return { kind: hash === NEW ? 'new' : 'desk' };
}

export function usePlace(): Place {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = () => setHash(location.hash);
    // It may have changed before this was listening.
    onChange();
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return placeOf(hash);
}
