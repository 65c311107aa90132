/** What a photo may be. */
import type { NewAttachment } from '../api/types';
import { readable } from '../ui/text';

export const MAX_BYTES = 10 * 1024 * 1024;
export const MAX_PHOTOS = 20;
const LONGEST_NAME = 255;

const TYPES: readonly string[] = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];

export const ACCEPTED = TYPES.join(',');

export const isPhotoType = (type: string): type is NewAttachment['content_type'] => TYPES.includes(type);

/** Why a file is no photo; null where it may be one. */
export function objection(file: { name: string; type: string; size: number }): string | null {
  if (!isPhotoType(file.type)) return `${readable(file.name)} is not a JPEG, PNG, WebP or GIF picture.`;
  if (file.size === 0) return `${readable(file.name)} is empty.`;
  return null;
}

/** A name the API takes: on one line, not too long, never empty; the ending stays. */
export function tidyName(name: string): string {
  // They are what is taken out
  const clean = readable(name)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim();
  if (clean === '') return 'photo';
  const characters = [...clean];
  if (characters.length <= LONGEST_NAME) return clean;
  const ending = /\.[^.]{1,10}$/.exec(clean)?.[0] ?? '';
  return (
    characters
      .slice(0, LONGEST_NAME - ending.length)
      .join('')
      .trimEnd() + ending
  );
}
