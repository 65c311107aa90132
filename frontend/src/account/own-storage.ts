/**
 * Where Amplify keeps the tokens, as one person's page may use it. The storage is shared by all tabs, so it may hold
 * somebody else's session by now: the page neither reads that one, nor overwrites it by a refresh that comes late.
 */

export interface TokenStorage {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
  clear(): Promise<void>;
}

/** The claims of the ID token that this browser has now; null where there is no session. */
export function storedClaims(clientId: string, storage: Storage): Record<string, unknown> | null {
  const user = storage.getItem(`${prefixOf(clientId)}LastAuthUser`);
  const token = user && storage.getItem(`${prefixOf(clientId)}${user}.idToken`);
  return token ? claimsOf(token) : null;
}

/** Whether the session of this browser came from Cognito's own pages: their tokens are for OpenID, those of SRP are not. */
export function isFromPages(clientId: string, storage: Storage): boolean {
  const user = storage.getItem(`${prefixOf(clientId)}LastAuthUser`);
  const token = user && storage.getItem(`${prefixOf(clientId)}${user}.accessToken`);
  const scope = token && claimsOf(token)?.scope;
  return typeof scope === 'string' && scope.split(' ').includes('openid');
}

export function ownStorage(clientId: string, sub: string, storage: Storage): TokenStorage {
  const prefix = prefixOf(clientId);
  const userKey = `${prefix}LastAuthUser`;
  /** The name by which the User Pool knows the page's person, once it was seen with their `sub`. */
  let own: string | null = null;

  /** Whether the session is the person's own. */
  function isOwn(): boolean {
    const user = storage.getItem(userKey);
    if (own === null && storedClaims(clientId, storage)?.sub === sub) own = user;
    return user !== null && user === own;
  }

  const isOwnKey = (key: string): boolean => own !== null && key.startsWith(`${prefix}${own}.`);

  return {
    async getItem(key) {
      return isOwn() && (key === userKey || isOwnKey(key)) ? storage.getItem(key) : null;
    },
    async setItem(key, value) {
      if (isOwn() && (key === userKey ? value === own : isOwnKey(key))) storage.setItem(key, value);
    },
    async removeItem(key) {
      if (isOwn() ? key === userKey || isOwnKey(key) : isOwnKey(key)) storage.removeItem(key);
    },
    async clear() {
      // Amplify removes its keys one by one; the rest of the storage is not its own.
    },
  };
}

/** The names of all the keys that Amplify keeps tokens under start so. */
export const TOKENS = 'CognitoIdentityServiceProvider.';

export const prefixOf = (clientId: string): string => `${TOKENS}${clientId}.`;

export function claimsOf(token: string): Record<string, unknown> | null {
  try {
    const [, body = ''] = token.split('.');
    const bytes = atob(body.replaceAll('-', '+').replaceAll('_', '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, each => each.charCodeAt(0))));
  } catch {
    return null;
  }
}
