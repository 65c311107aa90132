/** Addresses of photos that are only on this device. */

const SECONDS_UNTIL_PAGES_HAVE_LET_GO = 10;

/** Revoke an address of a photo once no image of the page can begin to load it any more. */
export function revokeWhenUnused(url: string): void {
  // The page renders after the state has changed, and an image that is being replaced may still be about to load.
  setTimeout(() => URL.revokeObjectURL(url), SECONDS_UNTIL_PAGES_HAVE_LET_GO * 1000);
}
