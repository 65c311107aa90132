/** What the forms say. */

const MINUTE_MS = 60_000;

/** "at 14:31", or "tomorrow at 14:31": the first full minute that is not before the moment. */
export function atTime(moment: Date, now: Date): string {
  const minute = new Date(Math.ceil(moment.getTime() / MINUTE_MS) * MINUTE_MS);
  const at = `at ${minute.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`;
  return minute.toDateString() === now.toDateString() ? at : `tomorrow ${at}`;
}

export const NO_ANSWER = 'No answer. What you typed is still here; try again in a minute.';

/** Why this is no address, in words that say what is missing; null where it looks like one. */
export function addressObjection(typed: string): string | null {
  const address = typed.trim();
  if (address === '') return 'Type your email address.';
  const [local = '', domain = '', ...rest] = address.split('@');
  if (domain === '' && !address.includes('@')) return 'That address is missing its @.';
  if (local === '' || domain === '' || rest.length > 0 || /\s/.test(address))
    return 'That does not look like an email address.';
  if (!/.\.[^.]+$/.test(domain)) return 'That address is missing its ending, such as .com.';
  return null;
}
