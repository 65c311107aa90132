/** What the page must know about where it runs; the same build serves every stage. */

export interface SignInPages {
  /** Such as https://auth.example.com. */
  address: string;
  /** The names by which the User Pool knows them: Google, SAML. */
  providers: string[];
}

export interface Config {
  stage: string;
  api: string;
  region: string;
  user_pool_id: string;
  user_pool_client_id: string;
  identity_pool_id: string;
  /** Null on AWS, where the region says enough. */
  user_pool_endpoint: string | null;
  identity_pool_endpoint: string | null;
  media_bucket: string;
  s3_endpoint: string | null;
  todos_table: string;
  dynamodb_endpoint: string | null;
  /** Cognito's own pages, where people sign in by another provider; absent where the stage has none. */
  sign_in_pages?: SignInPages | null;
  /** Where the laptop keeps the mails it caught; null elsewhere. */
  mailbox: string | null;
}

/** Waits before the second and the third try, in milliseconds. */
const WAITS = [300, 1200];

/** Reads the stage's addresses; no page starts without them, so a read that fails is tried twice more. */
export async function loadConfig(
  fetch: (url: string, init: RequestInit) => Promise<Response> = globalThis.fetch,
  waits: readonly number[] = WAITS,
): Promise<Config> {
  for (const wait of waits) {
    const config = await read(fetch).catch(() => null);
    if (config) return config;
    await new Promise(resolve => setTimeout(resolve, wait));
  }
  return read(fetch);
}

async function read(fetch: (url: string, init: RequestInit) => Promise<Response>): Promise<Config> {
  const answer = await fetch('/config.json', { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`/config.json: ${answer.status}`);
  return withAddresses(await answer.json(), location.origin);
}

const ADDRESSES = [
  'api',
  'user_pool_endpoint',
  'identity_pool_endpoint',
  's3_endpoint',
  'dynamodb_endpoint',
] as const;

/** A stage may give addresses by their paths alone, and they are at the page's own origin then. */
export function withAddresses(config: Config, origin: string): Config {
  const absolute = { ...config };
  for (const name of ADDRESSES) {
    const given = config[name];
    if (given !== null) Object.assign(absolute, { [name]: new URL(given, origin).href.replace(/\/$/, '') });
  }
  return absolute;
}
