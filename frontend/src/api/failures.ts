/** The ways a call can end without what was asked for. */
import type { Problem } from './types';

/** The API answered, and refused. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(problem.detail);
  }

  /** Not now, but the same request may pass later. */
  get isPassing(): boolean {
    return this.status === 429 || this.status === 503 || this.status === 504;
  }
}

/** Nobody answered: no network, or no server behind it. The request may have arrived all the same. */
export class NoAnswer extends Error {}

/** There is no session, or it has ended. */
export class SignedOut extends Error {}

/** The session is not of the person whose page this is; nothing was sent. */
export class NotOwner extends SignedOut {}
