/** The Cognito session of this browser, by Amplify. Pages that show a person's data use it by `page-owner.ts` alone. */
import { Amplify } from 'aws-amplify';
import { fetchAuthSession, signOut as forgetTokens } from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { NoAnswer } from '../api/failures';
import type { Config } from '../config';
import { isFromPages, ownStorage, storedClaims } from './own-storage';
import { forgetPerson, personIn, rememberPerson } from './person';
import { signOutAddress } from './sign-out-address';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

export interface Tokens {
  idToken: string;
  claims: Record<string, unknown>;
}

/** The session as the page of one person uses it. */
export interface Session {
  /** The claims of the ID token that the browser has now, of any person; null where there is none. */
  claims(): Record<string, unknown> | null;
  /** Refreshed where they have expired; undefined where there is no session any more. */
  tokens(options: { refresh: boolean }): Promise<Tokens | undefined>;
  /** Temporary AWS credentials, and whose they are; undefined where there is no session any more. */
  credentials(): Promise<(Credentials & { sub: unknown }) | undefined>;
  /** Ends the session here, or on every device. Gives where to go then: Cognito's pages have a session of their own. */
  signOut(options: { everywhere: boolean }): Promise<string>;
}

/** For the pages that sign somebody in. */
export function configureSession(config: Config, { withCredentials = false } = {}): void {
  const pool = {
    userPoolId: config.user_pool_id,
    userPoolClientId: config.user_pool_client_id,
    ...(config.user_pool_endpoint && { userPoolEndpoint: config.user_pool_endpoint }),
  };
  const identities = {
    identityPoolId: config.identity_pool_id,
    ...(config.identity_pool_endpoint && { identityPoolEndpoint: config.identity_pool_endpoint }),
  };
  // With an identity pool configured, Amplify's own calls would fetch credentials too.
  Amplify.configure({ Auth: { Cognito: withCredentials ? { ...pool, ...identities } : pool } });
}

/** For the pages of one person: Amplify sees no session but theirs. */
export function openSession(config: Config, sub: string): Session {
  const clientId = config.user_pool_client_id;
  const storage = ownStorage(clientId, sub, localStorage);

  function configure(withCredentials: boolean): void {
    configureSession(config, { withCredentials });
    cognitoUserPoolsTokenProvider.setKeyValueStorage(storage);
  }

  configure(false);
  return {
    claims: () => storedClaims(clientId, localStorage),
    async tokens({ refresh }) {
      const idToken = (await tokens(refresh))?.idToken;
      return idToken && { idToken: idToken.toString(), claims: idToken.payload };
    },
    async credentials() {
      configure(true);
      const session = await unlessEnded(() => fetchAuthSession());
      if (!session?.tokens || !session.credentials?.sessionToken) return undefined;
      const { accessKeyId, secretAccessKey, sessionToken } = session.credentials;
      return { accessKeyId, secretAccessKey, sessionToken, sub: session.userSub };
    },
    async signOut({ everywhere }) {
      const isByPages = config.sign_in_pages && isFromPages(clientId, localStorage);
      await forgetTokens({ global: everywhere });
      return isByPages ? signOutAddress(config, location.origin) : '/';
    },
  };
}

/** Whether somebody is signed in here. Throws `NoAnswer` where that cannot be found out now. */
export async function hasSession(): Promise<boolean> {
  return (await tokens(false))?.idToken !== undefined;
}

/** Reads who has just signed in out of their ID token, and remembers them. */
export async function welcome(): Promise<void> {
  const person = personIn((await tokens(false))?.idToken?.payload ?? {});
  if (person) rememberPerson(person);
}

/** Ends a session that is still here while somebody signs in. */
export async function endSession(): Promise<void> {
  forgetPerson();
  await forgetTokens();
}

/** Without the credentials that fetchAuthSession adds: the API must not depend on the identity pool. */
const tokens = (forceRefresh: boolean) => unlessEnded(() => Amplify.getTokens({ forceRefresh }));

async function unlessEnded<Found>(ask: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await ask();
  } catch (failure) {
    if (failure instanceof Error && ENDINGS.includes(failure.name)) return undefined;
    throw new NoAnswer('The session cannot be refreshed now', { cause: failure });
  }
}

/** How Cognito says that a session is over; anything else may pass. */
const ENDINGS = [
  'NotAuthorizedException',
  'TokenRevokedException',
  'RefreshTokenReuseException',
  'UserNotFoundException',
  'PasswordResetRequiredException',
  'UserNotConfirmedException',
];
