/** One call of the reader's pages to the API, and what came of it in words. */

import { type Config, loadConfig } from '../config';
import { deviceDate } from '../ui/device-clock';

export interface FieldError {
  field: string;
  message: string;
}

export type Outcome =
  | { kind: 'done' }
  /** The API says which fields do not fit; none where it says only that something does not. */
  | { kind: 'refused'; errors: FieldError[] }
  /** Too often; `at` is when to try again. */
  | { kind: 'later'; at: Date }
  /** No network, no server, or one that is in trouble. */
  | { kind: 'no-answer' };

export interface Caller {
  /** The API's address. */
  api(): Promise<string>;
  fetch(url: string, init: RequestInit): Promise<Response>;
  now(): Date;
}

const PATIENCE_MS = 20_000;
const SECONDS_WITHOUT_WORD = 60;

const browser: Caller = {
  api: () => apiOf(document.body.dataset.api ?? '', location.origin, loadConfig),
  fetch: (url, init) => fetch(url, init),
  now: deviceDate,
};

export async function post(
  path: string,
  body: object | null,
  { api, fetch, now }: Caller = browser,
): Promise<Outcome> {
  try {
    const answer = await fetch((await api()) + path, {
      method: 'POST',
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (answer.ok) return { kind: 'done' };
    if (answer.status === 429) return { kind: 'later', at: retryAt(answer, now()) };
    if (answer.status < 500) return { kind: 'refused', errors: await errorsOf(answer) };
  } catch {
    // Said below.
  }
  return { kind: 'no-answer' };
}

function retryAt(answer: Response, now: Date): Date {
  const seconds = Number(answer.headers.get('Retry-After')) || SECONDS_WITHOUT_WORD;
  return new Date(now.getTime() + seconds * 1000);
}

async function errorsOf(answer: Response): Promise<FieldError[]> {
  const problem: { errors?: FieldError[] } | null = await answer.json().catch(() => null);
  return problem?.errors ?? [];
}

/**
 * The API's address: the one that the page was rendered with, as long as it is at the page's own origin. A laptop may be read through
 * a forwarded port, or past the edge, and its settings know the address there.
 */
export async function apiOf(
  rendered: string,
  origin: string,
  settings: () => Promise<Pick<Config, 'api'>>,
): Promise<string> {
  return rendered.startsWith(`${origin}/`) ? rendered : (await settings()).api;
}
