/** Who is signed in here. Known without the network, so that the list opens offline. */

export interface Person {
  sub: string;
  email: string;
}

const NAME = 'mytodolist.person';

export function rememberedPerson(storage: Storage = localStorage): Person | null {
  const text = storage.getItem(NAME);
  if (text === null) return null;
  try {
    const { sub, email } = JSON.parse(text);
    return typeof sub === 'string' && typeof email === 'string' ? { sub, email } : null;
  } catch {
    return null;
  }
}

export const rememberPerson = (person: Person, storage: Storage = localStorage): void =>
  storage.setItem(NAME, JSON.stringify(person));

export const forgetPerson = (storage: Storage = localStorage): void => storage.removeItem(NAME);
