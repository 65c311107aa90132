/** Where a photo lies in the media bucket: under its person's own prefix, whatever else happens. */
export const objectKey = (sub: string, mediaId: string): string => `users/${sub}/${mediaId}`;
