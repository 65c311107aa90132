/** One call to the API: the token on, the problem out, a refused token refreshed once. */
import type { OwnToken } from '../account/page-owner';
import { NoAnswer, Refusal, SignedOut } from './failures';
import type { ServerTime } from './server-time';
import type { Problem } from './types';

export interface Request {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  /** The version the person saw; sent as If-Match. */
  version?: number;
  /** Names the request, so that repeated it happens once. */
  key?: string;
  /** Calls the request off. */
  signal?: AbortSignal;
}

export interface ClientParts {
  base: string;
  /**
   * Gives the ID token of the page's person, or null where their session has ended. Throws `NotOwner` where the
   * session is another person's, `NoAnswer` where the token cannot be refreshed now.
   */
  token(options: { refresh: boolean }): Promise<OwnToken | null>;
  /** Learns from each answer. */
  time: ServerTime;
  fetch(url: string, init: RequestInit): Promise<Response>;
}

export type Call = <T>(request: Request) => Promise<T>;

const PATIENCE_MS = 20_000;

export function createClient({ base, token, time, fetch }: ClientParts): Call {
  async function send(request: Request, idToken: OwnToken): Promise<Response> {
    const headers: Record<string, string> = { Authorization: idToken };
    if (request.body !== undefined) headers['Content-Type'] = 'application/json';
    if (request.version !== undefined) headers['If-Match'] = `"${request.version}"`;
    if (request.key !== undefined) headers['Idempotency-Key'] = request.key;
    const patience = AbortSignal.timeout(PATIENCE_MS);
    const init: RequestInit = {
      method: request.method,
      headers,
      cache: 'no-store',
      signal: request.signal ? AbortSignal.any([request.signal, patience]) : patience,
    };
    if (request.body !== undefined) init.body = JSON.stringify(request.body);
    const answer = await fetch(base + request.path, init).catch(cause => {
      throw new NoAnswer('No answer', { cause });
    });
    time.learn(answer.headers.get('Date'));
    return answer;
  }

  async function authorized(request: Request): Promise<Response> {
    const first = await token({ refresh: false });
    if (first === null) throw new SignedOut();
    const answer = await send(request, first);
    if (answer.status !== 401) return answer;
    const second = await token({ refresh: true });
    if (second === null) throw new SignedOut();
    const again = await send(request, second);
    if (again.status === 401) throw new SignedOut();
    return again;
  }

  return async <T>(request: Request): Promise<T> => {
    const answer = await authorized(request);
    if (!answer.ok) throw await refusal(answer, time.now());
    return (answer.status === 204 ? undefined : await body(answer)) as T;
  };
}

async function refusal(answer: Response, now: Date): Promise<Refusal> {
  const problem = await answer.json().catch(() => null);
  return new Refusal(answer.status, isProblem(problem) ? problem : nameless(answer), retryAfter(answer, now));
}

async function body(answer: Response): Promise<unknown> {
  return answer.json().catch(cause => {
    throw new NoAnswer('The answer broke off', { cause });
  });
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'type' in value && 'detail' in value;
}

function nameless(answer: Response): Problem {
  return { type: 'about:blank', title: answer.statusText, status: answer.status, detail: answer.statusText };
}

function retryAfter(answer: Response, now: Date): number | null {
  const header = answer.headers.get('Retry-After');
  if (header === null) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const moment = Date.parse(header);
  return Number.isNaN(moment) ? null : Math.max(0, Math.ceil((moment - now.getTime()) / 1000));
}
