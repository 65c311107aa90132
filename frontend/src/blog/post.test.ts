import { expect, test } from 'vitest';
import { apiOf, type Caller, post } from './post';

const NOON = new Date('2026-11-21T12:00:00Z');
const PATH = '/contact';

function aServer(answer: () => Response | Promise<Response>) {
  const asked: (RequestInit & { url: string })[] = [];
  const caller: Caller = {
    api: async () => 'https://api.example.test',
    now: () => NOON,
    async fetch(url, init) {
      asked.push({ url, ...init });
      return answer();
    },
  };
  return { caller, asked };
}

test('a form goes out as JSON, and is done', async () => {
  const { caller, asked } = aServer(() => new Response('{"received": true}', { status: 202 }));
  expect(await post(PATH, { email: 'tove@example.com' }, caller)).toEqual({ kind: 'done' });
  expect(asked[0]).toMatchObject({
    url: 'https://api.example.test/contact',
    method: 'POST',
    body: '{"email":"tove@example.com"}',
  });
});

test('without a body nothing is said of its type', async () => {
  const { caller, asked } = aServer(() => new Response('{}'));
  await post(PATH, null, caller);
  expect(asked[0]).not.toHaveProperty('headers');
  expect(asked[0]).not.toHaveProperty('body');
});

test('a refusal names the fields', async () => {
  const errors = [{ field: 'email', message: 'Expected an address' }];
  const { caller } = aServer(() => Response.json({ errors }, { status: 400 }));
  expect(await post(PATH, {}, caller)).toEqual({ kind: 'refused', errors });
});

test('a refusal without words is one all the same', async () => {
  const { caller } = aServer(() => new Response('<html>', { status: 413 }));
  expect(await post(PATH, {}, caller)).toEqual({ kind: 'refused', errors: [] });
});

test('too often says until when', async () => {
  const headers = { 'Retry-After': '840' };
  const { caller } = aServer(() => new Response('', { status: 429, headers }));
  expect(await post(PATH, {}, caller)).toEqual({ kind: 'later', at: new Date('2026-11-21T12:14:00Z') });
});

test('a gateway that limits without a time is asked again in a minute', async () => {
  const { caller } = aServer(() => new Response('', { status: 429 }));
  expect(await post(PATH, {}, caller)).toEqual({ kind: 'later', at: new Date('2026-11-21T12:01:00Z') });
});

test.each([500, 503])('%i is no answer', async status => {
  const { caller } = aServer(() => new Response('', { status }));
  expect(await post(PATH, {}, caller)).toEqual({ kind: 'no-answer' });
});

test('no network is no answer', async () => {
  const { caller } = aServer(() => Promise.reject(new TypeError('Failed to fetch')));
  expect(await post(PATH, {}, caller)).toEqual({ kind: 'no-answer' });
});

const SETTINGS = async () => ({ api: 'http://127.0.0.1:9000/api' });

test.each([
  ['https://todo.example.com/api', 'https://todo.example.com', 'https://todo.example.com/api'],
  ['http://127.0.0.1:8080/api', 'http://127.0.0.1:9000', 'http://127.0.0.1:9000/api'],
  ['http://127.0.0.1:8080/api', 'http://127.0.0.1:80', 'http://127.0.0.1:9000/api'],
])('a page with the API at %s, opened at %s, calls %s', async (rendered, origin, api) => {
  expect(await apiOf(rendered, origin, SETTINGS)).toBe(api);
});

test('settings that do not answer are no answer', async () => {
  const { caller } = aServer(() => new Response('{}'));
  const api = () => Promise.reject(new Error('/config.json: 503'));
  expect(await post(PATH, {}, { ...caller, api })).toEqual({ kind: 'no-answer' });
});
