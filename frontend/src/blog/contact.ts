/** The contact form. What was typed is kept on this device until it has been sent. */
import { deviceDate } from '../ui/device-clock';
import { element, note, whileBusy } from './elements';
import { type FieldError, type Outcome, post } from './post';
import { addressObjection, atTime } from './words';

const LONGEST_MESSAGE = 5_000;
const KEPT = 'contact';
const FIELDS = ['name', 'email', 'message'] as const;

type FieldName = (typeof FIELDS)[number];
export type Message = Record<FieldName, string>;

export function objections({ name, email, message }: Message): FieldError[] {
  const length = [...message.trim()].length;
  const address = addressObjection(email);
  return [
    ...(name.trim() === ''
      ? [{ field: 'name', message: 'Type your name, so that we know what to call you.' }]
      : []),
    ...(address ? [{ field: 'email', message: address }] : []),
    ...(length === 0 ? [{ field: 'message', message: 'There is nothing in the message yet.' }] : []),
    ...(length > LONGEST_MESSAGE ? [{ field: 'message', message: tooLong(length) }] : []),
  ];
}

const tooLong = (length: number): string =>
  `A message holds ${LONGEST_MESSAGE.toLocaleString('en')} characters; this one has ${length.toLocaleString('en')}.`;

export function enhanceContact(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>('button');
  const place = form.querySelector<HTMLElement>('[data-outcome]');
  if (!button || !place) return;
  const field = (name: FieldName) => form.querySelector<HTMLInputElement>(`#${name}`);
  const hint = (name: FieldName) => form.querySelector<HTMLElement>(`#${name}-hint`);
  const calm = new Map(FIELDS.map(name => [name, hint(name)?.textContent ?? '']));

  const typed = (): Message => ({
    name: field('name')?.value ?? '',
    email: field('email')?.value ?? '',
    message: field('message')?.value ?? '',
  });

  function show(errors: FieldError[]): void {
    for (const name of FIELDS) {
      const error = errors.find(each => each.field === name);
      field(name)?.toggleAttribute('aria-invalid', false);
      if (error) field(name)?.setAttribute('aria-invalid', 'true');
      const line = hint(name);
      if (!line) continue;
      line.textContent = error?.message ?? calm.get(name) ?? '';
      line.classList.toggle('bad', error !== undefined);
    }
    const first = FIELDS.find(name => errors.some(error => error.field === name));
    if (first) field(first)?.focus();
  }

  async function send(message: Message): Promise<void> {
    const outcome = await post('/contact', message);
    if (outcome.kind === 'done') {
      keep(null);
      const thanks = element(
        'div',
        { tabindex: '-1' },
        note('good', 'Sent.', `Thank you, ${message.name.trim()}.`),
      );
      form.replaceWith(thanks);
      thanks.focus();
    } else {
      if (outcome.kind === 'refused') show(outcome.errors);
      place?.replaceChildren(note('bad', 'Not sent.', reason(outcome)));
    }
  }

  for (const name of FIELDS) {
    const input = field(name);
    if (input) input.value ||= kept()?.[name] ?? '';
  }
  form.addEventListener('input', () => keep(typed()));
  form.addEventListener('submit', event => {
    event.preventDefault();
    place.replaceChildren();
    const message = typed();
    const errors = objections(message);
    show(errors);
    if (errors.length === 0) void whileBusy(button, 'Sending', () => send(message));
  });
}

function reason(outcome: Exclude<Outcome, { kind: 'done' }>): string {
  if (outcome.kind === 'later')
    return `Five messages in an hour is our limit. Try again ${atTime(outcome.at, deviceDate())}.`;
  if (outcome.kind === 'refused' && outcome.errors.length > 0) return 'Look at the marked fields.';
  if (outcome.kind === 'refused') return 'Something in it does not fit. Try shorter, plainer words.';
  if (!navigator.onLine) return 'You are offline. Your message is kept on this device until you send it.';
  return 'The server did not answer. Your message is still in the box; try again in a minute.';
}

function kept(): Message | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
  } catch {
    return null;
  }
}

function keep(message: Message | null): void {
  try {
    if (message) sessionStorage.setItem(KEPT, JSON.stringify(message));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // No storage: the words are still in the box.
  }
}
