/** The ways between the list and the sign-in pages. */

export const HOME = '/todos/';

interface Place {
  pathname: string;
  search: string;
  hash: string;
}

/** The sign-in page, which leads back to `place`. */
export function toSignIn({ pathname, search, hash }: Place): string {
  return `/sign-in/?${new URLSearchParams({ next: pathname + search + hash })}`;
}

/** Where to go after sign-in: a path of this site, whatever the address bar was made to say. */
export function nextPlace(search: string, origin: string): string {
  const next = new URLSearchParams(search).get('next');
  if (!next?.startsWith('/') || !URL.canParse(next, origin)) return HOME;
  const url = new URL(next, origin);
  // Dots and backslashes can leave a path that begins like a host.
  const isHere = url.origin === origin && !url.pathname.startsWith('//');
  return isHere ? url.pathname + url.search + url.hash : HOME;
}

/** Another of the account pages, which then leads on to the same place. */
export function withNext(page: string, search: string): string {
  const next = new URLSearchParams(search).get('next');
  return next === null ? page : `${page}?${new URLSearchParams({ next })}`;
}
