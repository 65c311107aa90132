import { expect, test } from 'vitest';
import { formObjection, isConfirmed, isNeverConfirmed, objectionTo } from './sentences';

const failure = (name: string, message = '') => Object.assign(new Error(message), { name });

test('a wrong password and an unknown address read the same', () => {
  const wrong = objectionTo(failure('NotAuthorizedException', 'Incorrect username or password.'));
  expect(wrong).toEqual({ text: 'That email and password do not match. Check both, or', way: 'reset' });
  expect(objectionTo(failure('UserNotFoundException', 'User does not exist.'))).toEqual(wrong);
});

test.each([
  ['NotAuthorizedException', 'Password attempts exceeded', /^Too many tries/],
  ['LimitExceededException', '', /^Too many tries/],
  ['TooManyRequestsException', '', /^Too many tries/],
  ['NotAuthorizedException', 'Invalid session for the user, session is expired.', /too long/],
  ['NotAuthorizedException', 'User is disabled.', /switched off/],
  ['NetworkError', 'A network error has occurred.', /^No answer/],
])('%s (%s)', (name, message, words) => {
  expect(objectionTo(failure(name, message)).text).toMatch(words);
});

test.each([
  ['CodeMismatchException', '', 'code'],
  ['ExpiredCodeException', '', 'code'],
  ['EnableSoftwareTokenMFAException', '', 'code'],
  ['UsernameExistsException', '', 'email'],
  ['InvalidParameterException', 'Invalid email address format.', 'email'],
  ['InvalidPasswordException', 'Password not long enough', 'password'],
])('%s (%s) belongs to the %s field', (name, message, field) => {
  expect(objectionTo(failure(name, message)).field).toBe(field);
});

test.each([
  ['Password did not conform with policy: Password not long enough', 'too short'],
  [
    'Password did not conform with policy: Password must have length greater than or equal to 10',
    'too short',
  ],
  ['Password did not conform with policy: Password must have uppercase characters', 'capital'],
  ['Password did not conform with policy: Password must have lowercase characters', 'small'],
  ['Password did not conform with policy: Password must have numeric characters', 'digit'],
])('%s', (message, word) => {
  expect(objectionTo(failure('InvalidPasswordException', message)).text).toContain(word);
});

test('a code of an authenticator that was used is not an old one', () => {
  const used = failure('ExpiredCodeException', 'Your software token has already been used once.');
  expect(objectionTo(used).text).toBe('That code has been used. Wait for the next one.');
});

test.each([
  [
    'Cannot reset password for the user as there is no registered/verified email or phone_number',
    true,
    false,
  ],
  ['User is already confirmed.', false, true],
  ['Invalid email address format.', false, false],
])('%s', (message, neverConfirmed, confirmed) => {
  const refusal = failure('InvalidParameterException', message);
  expect([isNeverConfirmed(refusal), isConfirmed(refusal)]).toEqual([neverConfirmed, confirmed]);
});

test('a form is looked at before it is sent', () => {
  expect(formObjection({ email: '', password: 'x' })).toMatchObject({ field: 'email' });
  expect(formObjection({ email: 'ines@example', password: 'x' })).toMatchObject({ field: 'email' });
  expect(formObjection({ email: 'ines@example.com', password: '' })).toMatchObject({ field: 'password' });
  expect(formObjection({ code: '12345' })).toMatchObject({ field: 'code' });
  expect(formObjection({ email: 'ines@example.com', password: 'x' })).toBeNull();
  expect(formObjection({ code: '123456' })).toBeNull();
});
