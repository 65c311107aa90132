/** The other providers that people sign in by, and why a sign-in by them fails. */

const NAMES: Record<string, string> = { SAML: 'your organization' };
export const nameOf = (provider: string): string => NAMES[provider] ?? provider;

export type Reason = 'called-off' | 'refused' | 'not-begun-here' | 'expired' | 'no-answer';

/** Why the sign-in by the provider failed. */
export class ReturnFailed extends Error {
  readonly reason: Reason;
  readonly provider: string;
  /** The query that the sign-in page had. */
  readonly search: string;

  constructor(
    reason: Reason,
    { provider, search }: { provider: string; search: string },
    options?: ErrorOptions,
  ) {
    super(`${provider}: ${reason}`, options);
    this.reason = reason;
    this.provider = provider;
    this.search = search;
  }
}

/** The other provider that an ID token speaks of, or null. */
export function providerIn({ identities }: Record<string, unknown>): string | null {
  const [first] = Array.isArray(identities) ? identities : [];
  return typeof first?.providerName === 'string' ? first.providerName : null;
}
