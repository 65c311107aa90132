import { expect, test } from 'vitest';
import { NoAnswer, NotOwner } from '../api/failures';
import { createPageOwner } from './page-owner';
import type { Person } from './person';
import type { Session } from './session';

const INES: Person = { sub: 's-ines', email: 'ines@example.com' };
const TOVE: Person = { sub: 's-tove', email: 'tove@example.com' };
const KEYS = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };

/** A browser that Ines has signed in to, and a page of hers. */
function aBrowser() {
  const browser = {
    remembered: INES as Person | null,
    holder: INES as Person | null,
    /** Whose tokens Cognito answers with, where that is not the holder. */
    answered: null as Person | null,
    /** How often the session was asked. */
    asked: 0,
    gone: 0,
  };
  /** What happens while a call of the session is under way. */
  let meanwhile = () => {};
  function answer(): Person | null {
    browser.asked += 1;
    const person = browser.answered ?? browser.holder;
    meanwhile();
    return person;
  }
  const session: Session = {
    claims: () => browser.holder && { ...browser.holder },
    async tokens() {
      const holder = answer();
      return holder ? { idToken: `token of ${holder.sub}`, claims: { ...holder } } : undefined;
    },
    async credentials() {
      const holder = answer();
      return holder ? { ...KEYS, sub: holder.sub } : undefined;
    },
    async signOut() {
      browser.holder = null;
      return '/';
    },
  };
  const owner = createPageOwner({
    person: INES,
    session,
    remembered: () => browser.remembered,
    remember(person) {
      browser.remembered = person;
    },
    forget() {
      browser.remembered = null;
    },
    signInAgain() {
      browser.gone += 1;
    },
  });
  return {
    browser,
    owner,
    become: (person: Person | null) => Object.assign(browser, { remembered: person, holder: person }),
    during(what: () => void): void {
      meanwhile = what;
    },
  };
}

const ask = { refresh: false };

test('the page of a person has their token and their credentials', async () => {
  const { owner } = aBrowser();
  expect(await owner.token(ask)).toBe('token of s-ines');
  expect(await owner.credentials()).toEqual(KEYS);
});

test.each(['token', 'credentials'] as const)(
  'the %s of a person who signed in later is not asked for',
  async what => {
    const { owner, become, browser } = aBrowser();
    become(TOVE);
    await expect(what === 'token' ? owner.token(ask) : owner.credentials()).rejects.toThrow(NotOwner);
    expect(owner.presence.value.now).toBe('someone-else');
    expect(browser.asked).toBe(0);
  },
);

test.each(['token', 'credentials'] as const)('nor the %s that come as the session changes', async what => {
  const { owner, become, during } = aBrowser();
  during(() => become(TOVE));
  await expect(what === 'token' ? owner.token(ask) : owner.credentials()).rejects.toThrow(NotOwner);
});

test.each(['token', 'credentials'] as const)(
  'nor the %s that Cognito gives for another person',
  async what => {
    const { owner, browser } = aBrowser();
    // The browser's storage says Ines, before and after.
    browser.answered = TOVE;
    await expect(what === 'token' ? owner.token(ask) : owner.credentials()).rejects.toThrow(NotOwner);
    expect(owner.presence.value.now).toBe('someone-else');
  },
);

test('the tokens count where somebody else is remembered', () => {
  const { owner, browser } = aBrowser();
  browser.holder = TOVE;
  expect(owner.check()).toBe(false);
});

test('signed out in another tab, the page waits and goes on when its person is back', async () => {
  const { owner, become } = aBrowser();
  let returns = 0;
  owner.onReturn(() => {
    returns += 1;
  });
  for (const person of [null, TOVE, INES, TOVE, null, INES]) {
    become(person);
    expect(owner.check()).toBe(person === INES);
  }
  expect(returns).toBe(2);
  expect(await owner.token(ask)).toBe('token of s-ines');
});

test('a session that has ended leads to sign-in; another person’s is left alone', () => {
  const { owner, become, browser } = aBrowser();
  become(TOVE);
  owner.ended();
  expect(browser).toMatchObject({ remembered: TOVE, gone: 0 });
  become(INES);
  owner.ended();
  expect(browser).toMatchObject({ remembered: null, gone: 1 });
});

test('signing out forgets this person alone', async () => {
  const { owner, become, browser } = aBrowser();
  await owner.signOut();
  expect(browser).toMatchObject({ remembered: null, holder: null });
  browser.remembered = TOVE;
  await owner.signOut();
  expect(browser.remembered).toBe(TOVE);
  become(INES);
});

test('without credentials there is no answer', async () => {
  const { owner, browser } = aBrowser();
  browser.holder = null;
  await expect(owner.credentials()).rejects.toThrow(NoAnswer);
});
