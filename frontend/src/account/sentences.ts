/** What Cognito's refusals mean to a person, and which field they concern. */

import { nameOf, type Reason, ReturnFailed } from './providers';

export type FieldName = 'email' | 'password' | 'code';

export interface Objection {
  text: string;
  /** The field it belongs to; none where it concerns the whole form. */
  field?: FieldName;
  /** A way out that the sentence speaks of. */
  way?: 'reset' | 'sign-in';
}

/** Codes of an authenticator app depend on the time of its device. */
export const CLOCK = 'If that one fails too, let the device with the app set its clock by itself.';

const TOO_MANY = 'Too many tries. Wait a few minutes, then try again.';

const BY_NAME: Record<string, Objection> = {
  UserNotFoundException: { text: 'That email and password do not match. Check both, or', way: 'reset' },
  CodeMismatchException: { text: 'That code does not match. Check the digits.', field: 'code' },
  EnableSoftwareTokenMFAException: {
    text: `That code does not match. Type the one on screen now. ${CLOCK}`,
    field: 'code',
  },
  ExpiredCodeException: { text: 'That code has expired. Ask for a new one.', field: 'code' },
  UsernameExistsException: { text: 'This address has an account already.', field: 'email', way: 'sign-in' },
  AliasExistsException: { text: 'This address has an account already.', field: 'email', way: 'sign-in' },
  LimitExceededException: { text: 'Too many tries. Wait an hour, then try again.' },
  TooManyRequestsException: { text: TOO_MANY },
  TooManyFailedAttemptsException: { text: TOO_MANY },
  CodeDeliveryFailureException: { text: 'The mail could not be sent. Check the address.', field: 'email' },
  NetworkError: { text: 'No answer. Check the network, then try again. What you typed stays here.' },
};

/** By a provider's name. */
const RETURNS: Record<Reason, (provider: string) => string> = {
  'called-off': () => 'You have not been signed in: it was called off.',
  refused: provider =>
    `${capital(provider)} could not sign you in. Try again, or use your email address and a password.`,
  'not-begun-here': () => 'That sign-in did not begin in this tab. Begin it again here.',
  expired: () => 'That took too long. Sign in once more.',
  'no-answer': () => 'No answer. Check the network, then sign in once more.',
};

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

export function objectionTo(failure: unknown): Objection {
  const { name = '', message = '' } = failure instanceof Error ? failure : {};
  if (name === 'NotAuthorizedException') return notAuthorized(message);
  if (name === 'InvalidPasswordException') return { text: passwordRule(message), field: 'password' };
  if (name === 'InvalidParameterException') return invalidParameter(message);
  if (name === 'ExpiredCodeException' && /already been used/i.test(message)) {
    return { text: 'That code has been used. Wait for the next one.', field: 'code' };
  }
  if (failure instanceof ReturnFailed) return { text: RETURNS[failure.reason](nameOf(failure.provider)) };
  const known = BY_NAME[name];
  if (known) return known;
  reportError(failure);
  return { text: 'That did not work, and we cannot say why. Try again in a moment.' };
}

function notAuthorized(message: string): Objection {
  if (/attempts exceeded/i.test(message)) return { text: TOO_MANY };
  if (/disabled/i.test(message)) return { text: 'This account has been switched off.' };
  if (/session/i.test(message)) return { text: 'That took too long. Sign in once more.' };
  if (/already confirmed|CONFIRMED/.test(message))
    return { text: 'This address is confirmed already.', way: 'sign-in' };
  return { text: 'That email and password do not match. Check both, or', way: 'reset' };
}

/** Whether a password cannot be reset because its address is not confirmed. */
export function isNeverConfirmed(failure: unknown): boolean {
  return (
    failure instanceof Error &&
    failure.name === 'InvalidParameterException' &&
    /no registered\/verified/i.test(failure.message)
  );
}

/** Whether a code to confirm an address is refused because it is confirmed. */
export function isConfirmed(failure: unknown): boolean {
  return (
    failure instanceof Error &&
    failure.name === 'InvalidParameterException' &&
    /already confirmed/i.test(failure.message)
  );
}

function invalidParameter(message: string): Objection {
  if (/email|username/i.test(message))
    return { text: 'That does not look like an email address.', field: 'email' };
  if (/already confirmed/i.test(message))
    return { text: 'This address is confirmed already.', way: 'sign-in' };
  if (/password/i.test(message)) return { text: passwordRule(message), field: 'password' };
  return { text: message };
}

/** "Password did not conform with policy: Password must have uppercase characters" and its like. */
function passwordRule(message: string): string {
  if (/long|length/i.test(message)) return 'The password is too short.';
  if (/uppercase/i.test(message)) return 'The password needs a capital letter.';
  if (/lowercase/i.test(message)) return 'The password needs a small letter.';
  if (/numeric|number/i.test(message)) return 'The password needs a digit.';
  return 'The password does not fit the rule below.';
}

/** What can be said of a form before it is sent. */
export function formObjection(fields: {
  email?: string;
  password?: string;
  code?: string;
}): Objection | null {
  if (fields.email !== undefined && !/^\S+@\S+\.\S+$/.test(fields.email)) {
    const text =
      fields.email === '' ? 'Type your email address.' : 'That does not look like an email address.';
    return { text, field: 'email' };
  }
  if (fields.code !== undefined && !/^\d{6}$/.test(fields.code)) {
    return { text: 'The code has six digits.', field: 'code' };
  }
  if (fields.password === '') return { text: 'Type the password.', field: 'password' };
  return null;
}
