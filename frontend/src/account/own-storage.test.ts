import { expect, test } from 'vitest';
import { aStorage } from '../testing/storage';
import { ownStorage, storedClaims } from './own-storage';

const PREFIX = 'CognitoIdentityServiceProvider.client';

const tokenOf = (sub: string): string => `head.${btoa(JSON.stringify({ sub }))}.sign`;

function signIn(storage: Storage, user: string): void {
  storage.setItem(`${PREFIX}.LastAuthUser`, user);
  storage.setItem(`${PREFIX}.${user}.idToken`, tokenOf(`s-${user}`));
}

function ofInes() {
  const storage = aStorage();
  signIn(storage, 'ines');
  const own = ownStorage('client', 's-ines', storage);
  return { storage, own };
}

test('a person’s page reads and refreshes their own session', async () => {
  const { storage, own } = ofInes();
  expect(await own.getItem(`${PREFIX}.LastAuthUser`)).toBe('ines');
  await own.setItem(`${PREFIX}.ines.idToken`, 'fresh');
  expect(await own.getItem(`${PREFIX}.ines.idToken`)).toBe('fresh');
  expect(storage.getItem(`${PREFIX}.ines.idToken`)).toBe('fresh');
});

test('it does not see the session of another person', async () => {
  const { storage, own } = ofInes();
  await own.getItem(`${PREFIX}.LastAuthUser`);
  signIn(storage, 'tove');
  expect(await own.getItem(`${PREFIX}.LastAuthUser`)).toBeNull();
  expect(await own.getItem(`${PREFIX}.tove.idToken`)).toBeNull();
  expect(storedClaims('client', storage)).toEqual({ sub: 's-tove' });
});

test('a refresh that comes late does not take the browser back to the person before', async () => {
  const { storage, own } = ofInes();
  await own.getItem(`${PREFIX}.LastAuthUser`);
  signIn(storage, 'tove');
  await own.setItem(`${PREFIX}.LastAuthUser`, 'ines');
  await own.setItem(`${PREFIX}.ines.refreshToken`, 'late');
  await own.removeItem(`${PREFIX}.LastAuthUser`);
  await own.removeItem(`${PREFIX}.tove.idToken`);
  expect(storage.getItem(`${PREFIX}.LastAuthUser`)).toBe('tove');
  expect(storage.getItem(`${PREFIX}.ines.refreshToken`)).toBeNull();
  expect(storage.getItem(`${PREFIX}.tove.idToken`)).toBe(tokenOf('s-tove'));
});

test('signing out takes all that is the person’s own away', async () => {
  const { storage, own } = ofInes();
  expect(await own.getItem(`${PREFIX}.LastAuthUser`)).toBe('ines');
  await Promise.all(
    ['ines.idToken', 'LastAuthUser', 'ines.oauth'].map(key => own.removeItem(`${PREFIX}.${key}`)),
  );
  expect(Object.keys(storage)).toEqual([]);
});

test('a token that cannot be read says nothing', () => {
  const storage = aStorage();
  signIn(storage, 'ines');
  storage.setItem(`${PREFIX}.ines.idToken`, 'x.%%%.y');
  expect(storedClaims('client', storage)).toBeNull();
});
