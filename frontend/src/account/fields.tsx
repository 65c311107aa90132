/** The fields of the account forms. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { WayOut } from './Form';
import type { FieldName, Objection } from './sentences';

interface FieldProps {
  value: string;
  onInput(value: string): void;
  objection: Objection | null;
}

const objectionFor = (name: FieldName, objection: Objection | null): Objection | null =>
  objection?.field === name ? objection : null;

function Hint({
  name,
  objection,
  children,
}: {
  name: FieldName;
  objection: Objection | null;
  children?: ComponentChildren;
}) {
  const own = objectionFor(name, objection);
  if (own) {
    return (
      <p class="hint bad" id={`${name}-hint`} role="alert">
        {own.text} <WayOut objection={own} />
      </p>
    );
  }
  return children ? (
    <p class="hint" id={`${name}-hint`}>
      {children}
    </p>
  ) : null;
}

export function EmailField({ value, onInput, objection }: FieldProps) {
  return (
    <div class="field">
      <label for="email">Email address</label>
      <input
        class="input"
        id="email"
        type="email"
        name="username"
        autocomplete="username"
        inputMode="email"
        aria-invalid={objectionFor('email', objection) !== null}
        aria-describedby={objectionFor('email', objection) ? 'email-hint' : undefined}
        value={value}
        onInput={event => onInput(event.currentTarget.value.trim())}
      />
      <Hint name="email" objection={objection} />
    </div>
  );
}

interface PasswordProps extends FieldProps {
  label?: string;
  isNew?: boolean;
}

export function PasswordField({
  value,
  onInput,
  objection,
  label = 'Password',
  isNew = false,
}: PasswordProps) {
  const [isShown, setShown] = useState(false);
  return (
    <div class="field">
      <label for="password">{label}</label>
      <div class="with-btn">
        {/* The two kinds of field differ in type alone. */}
        <input
          {...(isShown ? { type: 'text' } : { type: 'password' })}
          class="input"
          id="password"
          name="password"
          autocomplete={isNew ? 'new-password' : 'current-password'}
          autocapitalize="off"
          spellcheck={false}
          aria-invalid={objectionFor('password', objection) !== null}
          aria-describedby={isNew || objectionFor('password', objection) ? 'password-hint' : undefined}
          value={value}
          onInput={event => onInput(event.currentTarget.value)}
        />
        <button
          type="button"
          aria-controls="password"
          aria-pressed={isShown}
          aria-label={`${isShown ? 'Hide' : 'Show'} the password`}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? 'Hide' : 'Show'}
        </button>
      </div>
      <Hint name="password" objection={objection}>
        {isNew &&
          'At least 10 characters, with a capital letter, a small one and a digit. A short sentence works well.'}
      </Hint>
    </div>
  );
}

interface CodeProps extends FieldProps {
  label?: string;
  hint: string;
}

export function CodeField({ value, onInput, objection, label = 'Code', hint }: CodeProps) {
  return (
    <div class="field">
      <label for="code">{label}</label>
      <input
        class="input code"
        id="code"
        name="code"
        inputMode="numeric"
        autocomplete="one-time-code"
        aria-invalid={objectionFor('code', objection) !== null}
        aria-describedby="code-hint"
        value={value}
        onInput={event => {
          // A code is often copied as "482 913".
          const digits = event.currentTarget.value.replace(/\D/g, '').slice(0, 6);
          event.currentTarget.value = digits;
          onInput(digits);
        }}
      />
      <Hint name="code" objection={objection}>
        {hint}
      </Hint>
    </div>
  );
}
