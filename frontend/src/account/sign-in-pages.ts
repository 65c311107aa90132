/**
 * Sign-in by another provider on Cognito's own pages: the authorization code flow with PKCE.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
 * https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
 * https://www.rfc-editor.org/rfc/rfc7636
 */
import type { SignInPages } from '../config';
import type { IssuedTokens } from './issued-tokens';
import { ReturnFailed } from './providers';

export interface PagesParts {
  pages: SignInPages;
  clientId: string;
  /** This site's origin; the pages return to its /sign-in/. */
  origin: string;
  /** Of this tab alone: a sign-in that began elsewhere does not end here. */
  storage: Storage;
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** What a tab remembers while the person is on Cognito's pages. */
interface Attempt {
  provider: string;
  state: string;
  verifier: string;
  /** The query of the sign-in page, which says where to go afterwards. */
  search: string;
}

const ATTEMPT = 'mytodolist.sign-in';
/** The last one lets the account page sign out everywhere. */
const SCOPES = 'openid email profile aws.cognito.signin.user.admin';
const PATIENCE_MS = 20_000;

/** Whether an address is one that Cognito's pages have returned to. */
export function isReturn(search: string): boolean {
  const query = new URLSearchParams(search);
  return query.has('state') && (query.has('code') || query.has('error'));
}

export function createSignInPages({ pages, clientId, origin, storage, fetch }: PagesParts) {
  const returnTo = `${origin}/sign-in/`;

  function takeAttempt(): Attempt | null {
    const kept: Attempt | null = JSON.parse(storage.getItem(ATTEMPT) ?? 'null');
    storage.removeItem(ATTEMPT);
    return kept;
  }

  async function exchange(code: string, attempt: Attempt): Promise<IssuedTokens> {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: returnTo,
      code_verifier: attempt.verifier,
      code,
    });
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(`${pages.address}/oauth2/token`, { method: 'POST', body, signal }).catch(
      cause => {
        throw new ReturnFailed('no-answer', attempt, { cause });
      },
    );
    const said: Partial<IssuedTokens> & { error?: string } = await answer.json().catch(() => ({}));
    if (answer.status >= 500) throw new ReturnFailed('no-answer', attempt);
    if (said.error === 'invalid_grant') throw new ReturnFailed('expired', attempt);
    const { id_token, access_token, refresh_token } = said;
    if (!answer.ok || !id_token || !access_token || !refresh_token)
      throw new ReturnFailed('refused', attempt);
    return { id_token, access_token, refresh_token };
  }

  return {
    /** Begins, and gives the address to go to. */
    async begin(provider: string, search: string): Promise<string> {
      const attempt: Attempt = { provider, state: randomText(), verifier: randomText(), search };
      storage.setItem(ATTEMPT, JSON.stringify(attempt));
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: returnTo,
        scope: SCOPES,
        identity_provider: provider,
        state: attempt.state,
        code_challenge_method: 'S256',
        code_challenge: await challengeOf(attempt.verifier),
      });
      return `${pages.address}/oauth2/authorize?${query}`;
    },
    /**
     * Ends what `begin` began, with the query that Cognito's pages have returned with; gives the tokens, and the query that
     * the sign-in page had. Throws `ReturnFailed`.
     */
    async finish(returned: string): Promise<{ tokens: IssuedTokens; search: string }> {
      const query = new URLSearchParams(returned);
      const attempt = takeAttempt();
      // Otherwise a link could sign a person in to another person's account (RFC 6749, 10.12).
      if (!attempt || query.get('state') !== attempt.state)
        throw new ReturnFailed('not-begun-here', { provider: 'The provider', search: '' });
      const error = query.get('error');
      if (error) throw new ReturnFailed(error === 'access_denied' ? 'called-off' : 'refused', attempt);
      return { tokens: await exchange(query.get('code') ?? '', attempt), search: attempt.search };
    },
  };
}

function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
