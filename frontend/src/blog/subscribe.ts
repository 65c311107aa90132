/** The form for letters: the reader stays on the page. */
import { deviceDate } from '../ui/device-clock';
import { element, icon, whileBusy } from './elements';
import { type Outcome, post } from './post';
import { addressObjection, atTime, NO_ANSWER } from './words';

export function enhanceSubscribe(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>('input');
  const button = form.querySelector('button');
  const fine = form.querySelector<HTMLElement>('.fine');
  if (!field || !button || !fine) return;
  const calm = fine.textContent;

  function say(objection: string | null): void {
    if (!field || !fine) return;
    fine.textContent = objection ?? calm;
    fine.classList.toggle('bad', objection !== null);
    if (objection === null) {
      field.removeAttribute('aria-invalid');
      return;
    }
    field.setAttribute('aria-invalid', 'true');
    field.focus();
  }

  async function send(email: string): Promise<void> {
    const outcome = await post('/subscribers', { email });
    if (outcome.kind === 'done') showSent(form, email, () => field?.focus());
    else say(objectionTo(outcome));
  }

  field.addEventListener('input', () => {
    if (field.hasAttribute('aria-invalid')) say(null);
  });
  form.addEventListener('submit', event => {
    event.preventDefault();
    const email = field.value.trim();
    const objection = addressObjection(email);
    say(objection);
    if (objection === null) void whileBusy(button, 'Sending', () => send(email));
  });
}

function objectionTo(outcome: Exclude<Outcome, { kind: 'done' }>): string {
  if (outcome.kind === 'refused') return 'No mail can be sent to that address. Check its spelling.';
  if (outcome.kind === 'later') return `That was often. Try again ${atTime(outcome.at, deviceDate())}.`;
  return NO_ANSWER;
}

/** The same words for every address: whether it is on the list already is for its owner alone to know. */
function showSent(form: HTMLFormElement, email: string, focusField: () => void): void {
  const again = element('button', { type: 'button', class: 'as-link' }, 'Use another address');
  const title = element('b', { tabindex: '-1' }, 'Look in your inbox');
  const text = `We sent a link to ${email}. It works for 48 hours. An address that is on the list already gets none.`;
  const words = element(
    'p',
    {},
    title,
    element('br'),
    element('span', { class: 'quiet' }, text, element('br'), again),
  );
  const sent = element('div', { class: 'done', role: 'status' }, icon('mail'), words);
  again.addEventListener('click', () => {
    sent.replaceWith(form);
    focusField();
  });
  form.replaceWith(sent);
  title.focus();
}
