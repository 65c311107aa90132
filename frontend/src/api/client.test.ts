import { expect, test } from 'vitest';
import { ownToken } from '../testing/own';
import { createClient, type Request } from './client';
import { NoAnswer, Refusal, SignedOut } from './failures';
import { createServerTime } from './server-time';

/** What this device takes for the time. */
const DEVICE = Date.parse('2026-11-28T12:00:00Z');

function aClient(answers: (Response | Error)[], tokens: (string | null)[] = ['old', 'new']) {
  const sent: { url: string; init: RequestInit }[] = [];
  const refreshes: boolean[] = [];
  const time = createServerTime(() => DEVICE);
  const call = createClient({
    base: 'http://api.test',
    time,
    async token({ refresh }) {
      refreshes.push(refresh);
      const token = tokens[refresh ? 1 : 0];
      return token ? ownToken(token) : null;
    },
    async fetch(url, init) {
      sent.push({ url, init });
      const answer = answers.shift();
      if (answer === undefined) throw new Error('No answer was laid out');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const headers = (place: number) => sent[place]?.init.headers as Record<string, string>;
  return { call, sent, headers, refreshes, time };
}

const GET: Request = { method: 'GET', path: '/todos' };
/** What a call failed with. */
const refused = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable('It was not refused'),
    failure => failure as Refusal,
  );
const json = (status: number, body: unknown, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers });

test('a request carries its token, version, key and body', async () => {
  const { call, sent, headers } = aClient([json(200, { ok: true })]);
  const answer = await call({
    method: 'PATCH',
    path: '/todos/1',
    body: { title: 'A' },
    version: 3,
    key: 'k',
  });
  expect(answer).toEqual({ ok: true });
  expect(sent[0]?.url).toBe('http://api.test/todos/1');
  expect(sent[0]?.init.body).toBe('{"title":"A"}');
  expect(headers(0)).toEqual({
    Authorization: 'old',
    'Content-Type': 'application/json',
    'If-Match': '"3"',
    'Idempotency-Key': 'k',
  });
});

test('a refused token is refreshed once, and the request sent again', async () => {
  const { call, headers, refreshes } = aClient([json(401, {}), json(200, 'fine')]);
  expect(await call(GET)).toBe('fine');
  expect(refreshes).toEqual([false, true]);
  expect(headers(1).Authorization).toBe('new');
});

test('a token that is refused twice ends the session', async () => {
  const { call, sent } = aClient([json(401, {}), json(401, {})]);
  await expect(call(GET)).rejects.toBeInstanceOf(SignedOut);
  expect(sent).toHaveLength(2);
});

test('without a session nothing is sent', async () => {
  const { call, sent } = aClient([], [null]);
  await expect(call(GET)).rejects.toBeInstanceOf(SignedOut);
  expect(sent).toHaveLength(0);
});

test('a session that cannot be refreshed has ended', async () => {
  const { call } = aClient([json(401, {})], ['old', null]);
  await expect(call(GET)).rejects.toBeInstanceOf(SignedOut);
});

test('a broken connection is no answer', async () => {
  const { call } = aClient([new TypeError('Failed to fetch')]);
  await expect(call(GET)).rejects.toBeInstanceOf(NoAnswer);
});

test('an answer that breaks off is no answer', async () => {
  const { call } = aClient([new Response('{"items":', { status: 200 })]);
  await expect(call(GET)).rejects.toBeInstanceOf(NoAnswer);
});

test('nothing to say is no failure', async () => {
  const { call } = aClient([new Response(null, { status: 204 })]);
  expect(await call({ method: 'DELETE', path: '/todos/1' })).toBeUndefined();
});

test('a refusal brings its problem', async () => {
  const problem = {
    type: 'urn:problem-type:invalid-body',
    title: 'No',
    status: 400,
    detail: 'One field is wrong.',
  };
  const { call } = aClient([json(400, problem)]);
  const failure = await refused(call(GET));
  expect(failure).toBeInstanceOf(Refusal);
  expect(failure.problem).toEqual(problem);
  expect(failure.isPassing).toBe(false);
});

test('a refusal without a problem is one all the same', async () => {
  const { call } = aClient([
    new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway' }),
  ]);
  const failure = await refused(call(GET));
  expect(failure.problem.detail).toBe('Bad Gateway');
});

test.each([429, 503, 504])('%i may pass', async status => {
  const { call } = aClient([json(status, {}, { 'Retry-After': '7' })]);
  const failure = await refused(call(GET));
  expect(failure.isPassing).toBe(true);
  expect(failure.retryAfterSeconds).toBe(7);
});

test('a date in Retry-After is compared with the server’s time, not the device’s', async () => {
  const [now, soon] = ['Sun, 29 Nov 2026 12:00:00 GMT', 'Sun, 29 Nov 2026 12:00:30 GMT'];
  const { call } = aClient([json(503, {}, { Date: now, 'Retry-After': soon })]);
  expect((await refused(call(GET))).retryAfterSeconds).toBe(30);
});

test.each([200, 404])('each answer tells the server’s time: %i', async status => {
  const { call, time } = aClient([json(status, {}, { Date: 'Sun, 29 Nov 2026 12:00:00 GMT' })]);
  await call(GET).catch(() => undefined);
  expect(time.now().toISOString()).toBe('2026-11-29T12:00:00.000Z');
});
