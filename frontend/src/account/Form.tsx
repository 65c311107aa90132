/** A form of one task: its heading, its fields, one button, and what went wrong. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Note } from '../ui/Note';
import { type Objection, objectionTo } from './sentences';
import { withNext } from './ways';

export interface Task {
  objection: Objection | null;
  isBusy: boolean;
  /** Does it, once at a time; what goes wrong becomes the objection. */
  run(work: () => Promise<void>, check?: Objection | null): Promise<void>;
}

/** `first` is what went wrong before there was a form. */
export function useTask(first: Objection | null = null): Task {
  const [objection, setObjection] = useState<Objection | null>(first);
  const [isBusy, setBusy] = useState(false);
  return {
    objection,
    isBusy,
    async run(work, check = null) {
      if (isBusy) return;
      setObjection(check);
      if (check) {
        focusField(check);
        return;
      }
      setBusy(true);
      try {
        await work();
      } catch (failure) {
        const found = objectionTo(failure);
        setObjection(found);
        focusField(found);
      } finally {
        setBusy(false);
      }
    },
  };
}

function focusField({ field }: Objection): void {
  if (field) setTimeout(() => document.getElementById(field)?.focus());
}

interface FormProps {
  task: Task;
  heading: string;
  lead: ComponentChildren;
  button: string;
  busyButton: string;
  onSubmit(): void;
  children: ComponentChildren;
  after?: ComponentChildren;
}

export function Form({ task, heading, lead, button, busyButton, onSubmit, children, after }: FormProps) {
  const { objection, isBusy } = task;
  return (
    <form
      noValidate
      onSubmit={event => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <div>
        <h1>{heading}</h1>
        <p>{lead}</p>
      </div>
      {children}
      {objection && !objection.field && (
        <Note tone="bad">
          {objection.text} <WayOut objection={objection} />
        </Note>
      )}
      <button class="btn primary" type="submit" aria-disabled={isBusy}>
        {isBusy && <span class="spin" aria-hidden="true" />}
        {isBusy ? busyButton : button}
      </button>
      {after}
    </form>
  );
}

export function WayOut({ objection: { way } }: { objection: Objection }) {
  if (way === 'reset') {
    return (
      <>
        <a href={withNext('/reset/', location.search)}>reset the password</a>.
      </>
    );
  }
  return way === 'sign-in' ? <a href={withNext('/sign-in/', location.search)}>Sign in</a> : null;
}
