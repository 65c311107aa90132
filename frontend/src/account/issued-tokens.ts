/** The tokens that Cognito's own pages issue. */
import type { Config } from '../config';
import { deviceTime } from '../ui/device-clock';
import { claimsOf, prefixOf } from './own-storage';
import { endSession, welcome } from './session';

export interface IssuedTokens {
  id_token: string;
  access_token: string;
  refresh_token: string;
}

/** Keeps tokens that Cognito's own pages have issued, as Amplify keeps those that it gets itself. */
export function keepTokens(
  clientId: string,
  tokens: IssuedTokens,
  storage: Storage,
  now = deviceTime(),
): void {
  const { username, iat } = claimsOf(tokens.access_token) ?? {};
  if (typeof username !== 'string' || typeof iat !== 'number')
    throw new Error('The access token has no subject');
  const kept = {
    accessToken: tokens.access_token,
    idToken: tokens.id_token,
    refreshToken: tokens.refresh_token,
    clockDrift: String(iat * 1000 - now),
  };
  for (const [name, value] of Object.entries(kept))
    storage.setItem(`${prefixOf(clientId)}${username}.${name}`, value);
  storage.setItem(`${prefixOf(clientId)}LastAuthUser`, username);
}

/** Signs in with tokens that Cognito's own pages have issued. */
export async function takeTokens(config: Config, tokens: IssuedTokens): Promise<void> {
  // Another person may still be signed in.
  await endSession().catch(() => undefined);
  keepTokens(config.user_pool_client_id, tokens, localStorage);
  await welcome();
}
