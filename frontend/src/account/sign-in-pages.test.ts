import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { aStorage } from '../testing/storage';
import { keepTokens } from './issued-tokens';
import { isFromPages, storedClaims } from './own-storage';
import { providerIn, ReturnFailed } from './providers';
import { objectionTo } from './sentences';
import { createSignInPages, isReturn, type PagesParts } from './sign-in-pages';
import { signOutAddress } from './sign-out-address';

const ORIGIN = 'https://todo.example.com';
const PAGES = { address: 'https://auth.example.com', providers: ['Google', 'SAML'] };
const TOKENS = { id_token: 'id', access_token: 'access', refresh_token: 'refresh' };

/** Cognito's pages and token endpoint: a code is good once, with the verifier of its challenge. */
function aPool() {
  const codes = new Map<string, { challenge: string; returnTo: string }>();
  const asked: URLSearchParams[] = [];
  let answer: (() => Response) | null = null;
  return {
    asked,
    breakTokens(response: () => Response) {
      answer = response;
    },
    /** The person signs in there; gives the query with which the pages return. */
    visit(address: string, error?: string): string {
      const { origin, pathname, searchParams: query } = new URL(address);
      expect(origin + pathname).toBe('https://auth.example.com/oauth2/authorize');
      expect(query.get('response_type')).toBe('code');
      expect(query.get('code_challenge_method')).toBe('S256');
      const state = query.get('state') ?? '';
      if (error) return `?${new URLSearchParams({ error, state })}`;
      const code = `code-${codes.size + 1}`;
      const [challenge, returnTo] = [query.get('code_challenge'), query.get('redirect_uri')];
      codes.set(code, { challenge: challenge ?? '', returnTo: returnTo ?? '' });
      return `?${new URLSearchParams({ code, state })}`;
    },
    async fetch(url: string, init: RequestInit): Promise<Response> {
      expect([url, init.method]).toEqual(['https://auth.example.com/oauth2/token', 'POST']);
      const body = init.body as URLSearchParams;
      asked.push(body);
      if (answer) return answer();
      const given = codes.get(body.get('code') ?? '');
      codes.delete(body.get('code') ?? '');
      const hash = createHash('sha256')
        .update(body.get('code_verifier') ?? '')
        .digest('base64url');
      const isRight = given?.challenge === hash && given.returnTo === body.get('redirect_uri');
      return isRight ? Response.json(TOKENS) : Response.json({ error: 'invalid_grant' }, { status: 400 });
    },
  };
}

function aTab(pool = aPool(), changes: Partial<PagesParts> = {}) {
  const parts = { pages: PAGES, clientId: 'client', origin: ORIGIN, storage: aStorage(), fetch: pool.fetch };
  return { pool, ...createSignInPages({ ...parts, ...changes }) };
}

const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    failure => (failure instanceof ReturnFailed ? failure.reason : failure),
  );

test('a person goes to the provider, comes back, and goes on to where they were headed', async () => {
  const { pool, begin, finish } = aTab();
  const address = await begin('Google', '?next=/write/');
  const query = new URL(address).searchParams;
  expect(query.get('identity_provider')).toBe('Google');
  expect(query.get('redirect_uri')).toBe('https://todo.example.com/sign-in/');
  expect(query.get('scope')?.split(' ')).toContain('aws.cognito.signin.user.admin');
  expect(await finish(pool.visit(address))).toEqual({ tokens: TOKENS, search: '?next=/write/' });
});

test('what is secret stays in the tab until the code is exchanged', async () => {
  const { pool, begin, finish } = aTab();
  const address = await begin('Google', '');
  await finish(pool.visit(address));
  const verifier = pool.asked[0]?.get('code_verifier') ?? '';
  expect(verifier).toMatch(/^[\w-]{43}$/);
  expect(address).not.toContain(verifier);
});

test('two sign-ins share no state and no challenge', async () => {
  const { begin } = aTab();
  const [one, other] = [await begin('Google', ''), await begin('Google', '')].map(
    each => new URL(each).searchParams,
  );
  for (const name of ['state', 'code_challenge']) expect(one?.get(name)).not.toBe(other?.get(name));
});

test('a return that did not begin in this tab is refused, and asks for no tokens', async () => {
  const pool = aPool();
  const theirs = aTab(pool);
  const returned = pool.visit(await theirs.begin('Google', ''));
  expect(await reasonOf(aTab(pool).finish(returned))).toBe('not-begun-here');
  const mine = aTab(pool);
  await mine.begin('Google', '');
  expect(await reasonOf(mine.finish(returned))).toBe('not-begun-here');
  expect(pool.asked).toEqual([]);
});

test('a return is good once', async () => {
  const { pool, begin, finish } = aTab();
  const returned = pool.visit(await begin('Google', ''));
  await finish(returned);
  expect(await reasonOf(finish(returned))).toBe('not-begun-here');
});

test.each([
  ['access_denied', 'called-off', 'You have not been signed in: it was called off.'],
  [
    'invalid_request',
    'refused',
    'Your organization could not sign you in. Try again, or use your email address and a password.',
  ],
])('%s is %s, in words', async (error, reason, words) => {
  const { pool, begin, finish } = aTab();
  const failure = await finish(pool.visit(await begin('SAML', ''), error)).catch(each => each);
  expect([failure.reason, objectionTo(failure).text]).toEqual([reason, words]);
});

test.each<[string, () => Response, string]>([
  ['a code that has ended', () => Response.json({ error: 'invalid_grant' }, { status: 400 }), 'expired'],
  ['a client that may not', () => Response.json({ error: 'invalid_client' }, { status: 400 }), 'refused'],
  ['tokens that are missing', () => Response.json({ access_token: 'access' }), 'refused'],
  ['a server in trouble', () => new Response('<html>', { status: 503 }), 'no-answer'],
])('%s', async (_, response, reason) => {
  const { pool, begin, finish } = aTab();
  pool.breakTokens(response);
  expect(await reasonOf(finish(pool.visit(await begin('Google', ''))))).toBe(reason);
});

test('no network is no answer', async () => {
  const { pool, begin, finish } = aTab(aPool(), { fetch: () => Promise.reject(new TypeError('offline')) });
  expect(await reasonOf(finish(pool.visit(await begin('Google', ''))))).toBe('no-answer');
});

test.each([
  ['', false],
  ['?next=/todos/', false],
  ['?code=1', false],
  ['?code=1&state=2', true],
  ['?error=access_denied&state=2', true],
])('%j is a return: %j', (search, is) => {
  expect(isReturn(search)).toBe(is);
});

const tokenOf = (claims: object): string => `head.${btoa(JSON.stringify(claims))}.sign`;

test('the tokens lie where Amplify looks for them, with how wrong the clock is', () => {
  const storage = aStorage();
  const claims = { sub: 's-1', identities: [{ providerName: 'Google' }] };
  const access_token = tokenOf({ username: 'google_1', iat: 1_000, scope: 'openid email' });
  keepTokens('client', { ...TOKENS, id_token: tokenOf(claims), access_token }, storage, 1_300_000);
  expect(storage.getItem('CognitoIdentityServiceProvider.client.google_1.clockDrift')).toBe('-300000');
  expect(storage.getItem('CognitoIdentityServiceProvider.client.google_1.refreshToken')).toBe('refresh');
  expect(providerIn(storedClaims('client', storage) ?? {})).toBe('Google');
  expect(isFromPages('client', storage)).toBe(true);
  keepTokens('client', { ...TOKENS, access_token: tokenOf({ username: 'ines', iat: 1 }) }, storage);
  expect(isFromPages('client', storage)).toBe(false);
});

test('signing out leads through the pages, which forget the person too', () => {
  const config = { sign_in_pages: PAGES, user_pool_client_id: 'client' } as Parameters<
    typeof signOutAddress
  >[0];
  expect(signOutAddress(config, ORIGIN)).toBe(
    'https://auth.example.com/logout?client_id=client&logout_uri=https%3A%2F%2Ftodo.example.com%2F',
  );
});
