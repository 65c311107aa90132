/** The page to leave the list: the token of the mail's link stands behind the #, where no server sees it. */
import { deviceDate } from '../ui/device-clock';
import { note, whileBusy } from './elements';
import { type Outcome, post } from './post';
import { atTime } from './words';

export const tokenOf = (hash: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, '')).get('token') || null;

export function enhanceUnsubscribe(page: HTMLElement): void {
  const token = tokenOf(location.hash);
  const button = page.querySelector('button');
  const alert = page.querySelector('[role=alert]');

  function show(state: 'left' | 'invalid'): void {
    for (const each of page.querySelectorAll<HTMLElement>('[data-state]'))
      each.hidden = each.dataset.state !== state;
    page.querySelector<HTMLElement>(`[data-state=${state}] h1`)?.focus();
  }

  async function leave(): Promise<void> {
    alert?.replaceChildren();
    const outcome = await post(
      `/subscribers/unsubscribe?${new URLSearchParams({ token: token ?? '' })}`,
      null,
    );
    if (outcome.kind === 'refused') show('invalid');
    else if (outcome.kind === 'done') {
      // The link would work again, and this page may be a shared one.
      history.replaceState(null, '', location.pathname);
      show('left');
    } else alert?.replaceChildren(note('bad', 'Not yet.', reason(outcome)));
  }

  if (token === null) show('invalid');
  button?.addEventListener('click', () => void whileBusy(button, 'Leaving', leave));
}

const reason = (outcome: Outcome): string =>
  outcome.kind === 'later'
    ? `Too many tries. Try again ${atTime(outcome.at, deviceDate())}.`
    : 'The server did not answer, so you are still on the list. Try again in a minute.';
