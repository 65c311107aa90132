/** The due date: a chip that unfolds into the days one picks most. */
import { useId, useRef, useState } from 'preact/hooks';
import type { Todo } from '../api/types';
import { Icon } from '../ui/Icon';
import { isEnter } from '../ui/keys';
import { type Day, dayAfter, dueOf, inWords, nextMonday, urgency } from './dates';

interface DueProps {
  todo: Todo;
  today: Day;
  onChange(day: Day | null): void;
}

const EARLIEST = '1970-01-01';

export function Due({ todo, today, onChange }: DueProps) {
  const [isOpen, setOpen] = useState(false);
  const chip = useRef<HTMLButtonElement>(null);
  const id = useId();
  const due = dueOf(todo);
  const when = due === null || todo.completed ? '' : urgency(due.day, today);

  function close(): void {
    setOpen(false);
    chip.current?.focus();
  }

  function pick(day: Day | null): void {
    onChange(day);
    close();
  }

  function onDate(day: Day): void {
    // While a year is typed, its first digits make a date too.
    if (day >= EARLIEST && day.length === EARLIEST.length) onChange(day);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const isDone = event.key === 'Escape' || (isEnter(event) && event.target instanceof HTMLInputElement);
    if (!isDone) return;
    event.preventDefault();
    event.stopPropagation();
    close();
  }

  const days = [
    { label: 'Today', day: today },
    { label: 'Tomorrow', day: dayAfter(today, 1) },
    { label: 'Monday', day: nextMonday(today) },
  ];
  return (
    <>
      <button
        class={when === 'late' ? 'late' : due === null ? '' : 'on'}
        type="button"
        ref={chip}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="calendar" />
        {due === null ? 'Due date' : inWords(due, today)}
      </button>
      {isOpen && (
        // A fieldset cannot be laid out as one of the chips
        <div class="unfolded" id={id} role="group" aria-label="Due date" onKeyDown={onKeyDown}>
          {days.map(({ label, day }) => (
            <button key={label} type="button" aria-pressed={day === due?.day} onClick={() => pick(day)}>
              {label}
            </button>
          ))}
          <input
            type="date"
            aria-label="Another day"
            min={EARLIEST}
            max="9998-12-31"
            value={due?.day ?? ''}
            onChange={event => onDate(event.currentTarget.value)}
          />
          {due !== null && (
            <button type="button" onClick={() => pick(null)}>
              No date
            </button>
          )}
        </div>
      )}
    </>
  );
}
