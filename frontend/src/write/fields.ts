/** The parts of a post that its author writes, and how two versions of them meet. */
import type { Draft } from '../api/types';

export type Fields = Pick<Draft, 'title' | 'summary' | 'body' | 'tags' | 'cover' | 'language'>;
export type FieldName = keyof Fields;

export const NAMES: readonly FieldName[] = ['title', 'summary', 'body', 'tags', 'cover', 'language'];

export const fieldsOf = ({ title, summary, body, tags, cover, language }: Fields): Fields => ({
  title,
  summary,
  body,
  tags,
  cover,
  // Copies that an older page has kept on the device lack it.
  language: language ?? null,
});

export const same = (one: Fields[FieldName], other: Fields[FieldName]): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

export const changed = (from: Fields, to: Fields): FieldName[] =>
  NAMES.filter(name => !same(from[name], to[name]));

export const pick = (fields: Fields, names: readonly FieldName[]): Partial<Fields> =>
  Object.fromEntries(names.map(name => [name, fields[name]]));

export interface Joined {
  /** Both sides' changes, ours where they clash. */
  fields: Fields;
  /** What both sides wrote, differently: a choice for the author. */
  clashing: FieldName[];
}

/** Three-way merge: what we started from, what we made of it, what somebody else made of it. */
export function join(base: Fields, mine: Fields, theirs: Fields): Joined {
  const ours = changed(base, mine);
  return {
    fields: { ...fieldsOf(theirs), ...pick(mine, ours) },
    clashing: ours.filter(name => !same(base[name], theirs[name]) && !same(mine[name], theirs[name])),
  };
}
