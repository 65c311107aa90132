/** What the API takes, so that a person hears of it before they send. */

import { isInvisible } from '../ui/text';

const TITLE = 500;
const NOTES = 20_000;
const TAG = 40;
export const MAX_TAGS = 10;

const lengthOf = (text: string): number => [...text].length;

/** One line without control characters, as the API wants titles and tags; empty if a reader would see nothing of it. */
export function oneLine(text: string): string {
  // They are what is taken out
  const line = text.replace(/\s*[\u0000-\u001f\u007f-\u009f\ufffe\uffff]+\s*/g, ' ').trim();
  return isInvisible(line) ? '' : line;
}

export function titleObjection(text: string): string | null {
  const length = lengthOf(oneLine(text));
  return length > TITLE
    ? `A title holds ${TITLE} characters; this one has ${length}. The rest fits into the note.`
    : null;
}

export function notesObjection(text: string): string | null {
  const length = lengthOf(text);
  return length > NOTES
    ? `A note holds 20,000 characters; this one has ${length.toLocaleString('en')}.`
    : null;
}

export function tagObjection(text: string, tags: string[]): string | null {
  const tag = oneLine(text);
  if (lengthOf(tag) > TAG) return `A tag holds ${TAG} characters.`;
  if (tags.includes(tag)) return 'That tag is there already.';
  return tags.length >= MAX_TAGS ? `A todo holds ${MAX_TAGS} tags.` : null;
}
