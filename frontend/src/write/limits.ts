/** What the API takes, so that an author hears of it while they type. */
import spelling from './spelling.json';
import { isInvisible } from '../ui/text';
import { type FieldName, type Fields, NAMES } from './fields';

const TITLE = 200;
const SUMMARY = 500;
const BODY = 50_000;
const TAG = 40;
export const MAX_TAGS = 10;

const lengthOf = (text: string): number => [...text].length;
/** As the API takes it: BCP 47 without extensions, at most 35 characters. */
const LANGUAGE =
  /^(?=.{2,35}$)[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*$/;
const number = (count: number): string => count.toLocaleString('en');

/** A title or an address on one line. */
export const oneLine = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]+/g, ' ');

const SPELLING: Partial<Record<string, string>> = spelling;

/** A small letter from a to z, and null for one that only the API can spell. */
function spell(letter: string): string | null {
  const known = SPELLING[letter];
  if (known !== undefined) return known;
  const parts = [...letter.normalize('NFKD').replace(/\p{M}/gu, '')];
  const spelled = parts.map(part => (part <= '\u007f' ? part : (SPELLING[part] ?? null)));
  return spelled.includes(null) ? null : spelled.join('');
}

const inWords = (text: string) =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, ' ');

/** `Café & Straße` becomes `cafe-strasse`, as in the addresses of posts. */
export const slugOf = (text: string, longest = 80): string =>
  [...inWords(text)]
    .map(letter => (letter <= '\u007f' ? letter : (spell(letter) ?? '')))
    .join('')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, longest)
    .replace(/-+$/, '');

/** The address that the API makes of a title, while it is free; empty where only the API can spell the title. */
export const addressOf = (title: string): string =>
  [...inWords(title)].some(letter => letter > '\u007f' && spell(letter) === null) ? '' : slugOf(title);

export function objection(name: FieldName, fields: Fields): string | null {
  const { title, summary, body, tags, language } = fields;
  if (name === 'title' && isInvisible(title)) return 'A post needs a title.';
  if (name === 'title' && lengthOf(title.trim()) > TITLE) return tooLong('A title', TITLE, title.trim());
  if (name === 'summary' && lengthOf(summary) > SUMMARY) return tooLong('A summary', SUMMARY, summary);
  if (name === 'body' && lengthOf(body) > BODY) return tooLong('A post', BODY, body);
  if (name === 'tags' && tags.length > MAX_TAGS) return `A post holds ${MAX_TAGS} tags.`;
  if (name === 'language' && language && !LANGUAGE.test(language))
    return `“${language}” is no language tag, such as en, he or pt-BR.`;
  return null;
}

const tooLong = (what: string, limit: number, text: string): string =>
  `${what} holds ${number(limit)} characters; this one has ${number(lengthOf(text))}.`;

export const objections = (fields: Fields): Partial<Record<FieldName, string>> =>
  Object.fromEntries(
    NAMES.flatMap(name => {
      const found = objection(name, fields);
      return found ? [[name, found]] : [];
    }),
  );

/** What was typed as tags: by commas or spaces, as the API writes them. */
export const tagsIn = (text: string): string[] =>
  text
    .split(/[\s,#]+/)
    .map(tag => slugOf(tag, TAG))
    .filter(tag => tag !== '');
