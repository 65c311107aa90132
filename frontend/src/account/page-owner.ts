/**
 * Whom this page belongs to. A page shows and sends one person's data for as long as it lives, while the session is
 * shared by all tabs and may become another person's. Tokens and credentials are given out here alone, and only while
 * the session is the page's person's.
 */
import { NoAnswer, NotOwner } from '../api/failures';
import { createState, type Watched } from '../ui/state';
import { type Person, personIn } from './person';
import type { Credentials, Session } from './session';

declare const own: unique symbol;

/** An ID token of the page's person. */
export type OwnToken = string & { [own]: true };
/** AWS credentials of the page's person. */
export type OwnCredentials = Credentials & { [own]: true };

export type Presence = 'here' | 'signed-out' | 'someone-else';

export interface OwnerParts {
  person: Person;
  session: Session;
  /** Who is signed in in this browser, as the pages that sign in and out say. */
  remembered(): Person | null;
  remember(person: Person): void;
  forget(): void;
  /** Goes to the sign-in page, which leads back here. */
  signInAgain(): void;
}

export type PageOwner = ReturnType<typeof createPageOwner>;

export function createPageOwner(parts: OwnerParts) {
  const { person, session, remembered } = parts;
  const { sub } = person;
  const presence = createState<{ now: Presence }>({ now: 'here' });
  const onReturn = new Set<() => void>();

  function set(now: Presence): void {
    const { now: before } = presence.value;
    if (before === now) return;
    presence.set({ now });
    if (now === 'here') for (const listener of onReturn) listener();
  }

  function find(): Presence {
    const known = remembered();
    if (known === null) return 'signed-out';
    const holder = session.claims()?.sub ?? sub;
    return known.sub === sub && holder === sub ? 'here' : 'someone-else';
  }

  /** Whether the session is the page's person's, as the browser's storage says now. */
  function check(): boolean {
    set(find());
    return presence.value.now === 'here';
  }

  function demand(): void {
    if (!check()) throw new NotOwner('The session is not of the person of this page');
  }

  /** The storage has said that all is well, and the answer says otherwise. */
  function demandSub(found: unknown): void {
    if (found === sub) return;
    set('someone-else');
    throw new NotOwner('The session has become another person’s');
  }

  async function tokens(refresh: boolean) {
    demand();
    const found = await session.tokens({ refresh });
    demand();
    if (found) demandSub(found.claims.sub);
    return found;
  }

  return {
    person,
    presence: presence as Watched<{ now: Presence }>,
    check,
    isHere: (): boolean => find() === 'here',
    /** The person's ID token, or null where their session has ended. Throws `NotOwner`, `NoAnswer`. */
    async token({ refresh }: { refresh: boolean }): Promise<OwnToken | null> {
      const found = await tokens(refresh);
      return found ? (found.idToken as OwnToken) : null;
    },
    /** The person's AWS credentials. Throws `NotOwner`, and `NoAnswer` where there are none now. */
    async credentials(): Promise<OwnCredentials> {
      demand();
      const found = await session.credentials();
      demand();
      if (!found) throw new NoAnswer('No credentials');
      const { sub: holder, ...credentials } = found;
      demandSub(holder);
      return credentials as OwnCredentials;
    },
    /** Reads the person's groups anew, which stand in the token. */
    async lookAgain(): Promise<Person> {
      const again = personIn((await tokens(true))?.claims ?? {});
      if (again) parts.remember(again);
      return again ?? person;
    },
    /** The API or Cognito say that the session is over. */
    ended(): void {
      if (!check()) return;
      // Else the sign-in page would send them straight back.
      parts.forget();
      parts.signInAgain();
    },
    /** Gives where to go then. */
    async signOut({ everywhere = false } = {}): Promise<string> {
      // First, so that other tabs know at once; they are not to look for tokens that are being taken away.
      if (remembered()?.sub === sub) parts.forget();
      return session.signOut({ everywhere });
    },
    /** Calls back when the session is the person's again. */
    onReturn: (listener: () => void) => void onReturn.add(listener),
  };
}
