/** The Cognito session of this browser, by Amplify. */
import { Amplify } from 'aws-amplify';
import { fetchAuthSession, signOut as forgetTokens } from 'aws-amplify/auth';
import { NoAnswer } from '../api/failures';
import type { Config } from '../config';
import { forgetPerson, type Person, personIn, rememberPerson } from './person';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

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

/** The ID token, refreshed where it has expired; null where there is no session any more. */
export async function idToken({ refresh = false } = {}): Promise<string | null> {
  return (await tokens(refresh))?.idToken?.toString() ?? null;
}

/** Temporary AWS credentials of the person's own. */
export async function awsCredentials(config: Config): Promise<Credentials> {
  configureSession(config, { withCredentials: true });
  const credentials = await unlessEnded(async () => (await fetchAuthSession()).credentials);
  if (!credentials?.sessionToken) throw new NoAnswer('No credentials');
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** Reads who has just signed in out of their ID token, and remembers them. */
export async function welcome({ refresh = false } = {}): Promise<Person | null> {
  const person = personIn((await tokens(refresh))?.idToken?.payload ?? {});
  if (person) rememberPerson(person);
  return person;
}

/** Ends the session here, or on every device. */
export async function signOut({ everywhere = false } = {}): Promise<void> {
  await forgetTokens({ global: everywhere });
  forgetPerson();
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
