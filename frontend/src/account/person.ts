/** Who is signed in here. Known without the network, so that the list opens offline. */

export interface Person {
  sub: string;
  email: string;
  /** Whether the ID token named the group of authors when they signed in; the API has the last word. */
  isAuthor?: boolean;
}

/** The name that the person is remembered under, in the storage that all tabs share. */
export const PERSON = 'mytodolist.person';
const AUTHORS = 'authors';

export function rememberedPerson(storage: Storage = localStorage): Person | null {
  const text = storage.getItem(PERSON);
  if (text === null) return null;
  try {
    const { sub, email, isAuthor } = JSON.parse(text);
    return typeof sub === 'string' && typeof email === 'string'
      ? { sub, email, isAuthor: isAuthor === true }
      : null;
  } catch {
    return null;
  }
}

export const rememberPerson = (person: Person, storage: Storage = localStorage): void =>
  storage.setItem(PERSON, JSON.stringify(person));

export const forgetPerson = (storage: Storage = localStorage): void => storage.removeItem(PERSON);

/** Who an ID token speaks of. */
export function personIn(claims: Record<string, unknown>): Person | null {
  const { sub, email } = claims;
  if (typeof sub !== 'string' || typeof email !== 'string') return null;
  const groups = claims['cognito:groups'];
  return { sub, email, isAuthor: Array.isArray(groups) && groups.includes(AUTHORS) };
}
