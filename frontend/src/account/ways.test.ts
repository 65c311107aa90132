import { expect, test } from 'vitest';
import { HOME, nextPlace, toSignIn, withNext } from './ways';

const ORIGIN = 'https://todos.example.com';
const next = (value: string) => nextPlace(`?${new URLSearchParams({ next: value })}`, ORIGIN);

test('after sign-in one goes on to where one was headed', () => {
  expect(next('/todos/#/active')).toBe('/todos/#/active');
  expect(next('/account/?a=b#c')).toBe('/account/?a=b#c');
});

test('with nowhere to go, to the list', () => {
  expect(nextPlace('', ORIGIN)).toBe(HOME);
  expect(next('')).toBe(HOME);
});

test.each([
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '\\\\evil.example/',
  '/\t/evil.example/',
  '/\n/evil.example/',
  'javascript:alert(1)',
  ' /todos/',
  'todos/',
  'https:/evil.example',
  '/%09/../\\evil.example\\@',
])('%j leads nowhere else', value => {
  const place = next(value);
  expect(new URL(place, ORIGIN).origin).toBe(ORIGIN);
  expect(place.startsWith('/')).toBe(true);
  expect(place.startsWith('//')).toBe(false);
});

test('the way to sign-in remembers the way back, hash and all', () => {
  const way = toSignIn({ pathname: '/todos/', search: '', hash: '#/active' });
  expect(way).toBe('/sign-in/?next=%2Ftodos%2F%23%2Factive');
  expect(nextPlace(new URL(way, ORIGIN).search, ORIGIN)).toBe('/todos/#/active');
});

test('and so do the ways between the account pages', () => {
  expect(withNext('/reset/', '?next=%2Ftodos%2F%23%2F')).toBe('/reset/?next=%2Ftodos%2F%23%2F');
  expect(withNext('/reset/', '?other=1')).toBe('/reset/');
});
