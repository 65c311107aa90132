/** One todo of the list: its mark, its words, and, when open, its sheet. */
import { useEffect, useRef } from 'preact/hooks';
import type { Todo } from '../api/types';
import type { Change } from '../offline/change';
import { Icon } from '../ui/Icon';
import { isComposing } from '../ui/keys';
import { readable } from '../ui/text';
import type { App } from './app';
import { type Day, dueOf, inWords, short, urgency } from './dates';
import { RowNotes } from './RowNotes';
import { Sheet } from './Sheet';
import { TitleEdit } from './TitleEdit';
import { counted } from './words';

export interface RowActions {
  onToggle(todo: Todo): void;
  onOpen(todo: Todo): void;
  onClose(): void;
  onEdit(todo: Todo): void;
  onRename(seen: Todo, title: string): void;
  onCancelEdit(todo: Todo): void;
  onDelete(todo: Todo): void;
  onSettle(key: string): void;
}

interface RowProps extends RowActions {
  app: App;
  id: string;
  todo: Todo;
  today: Day;
  isOpen: boolean;
  /** The todo as it was when its edit began; null while it is not edited. */
  edited: Todo | null;
  /** What is held up and waits for the person. */
  held: Change[];
}

// Long enough to see whether a second click makes it a double click.
const SECOND_CLICK_MS = 220;

export function Row(props: RowProps) {
  const { app, id, todo, today, isOpen, edited, held } = props;
  const click = useRef(0);
  useEffect(() => () => clearTimeout(click.current), []);

  function onRow(event: MouseEvent): void {
    clearTimeout(click.current);
    if (event.detail > 1 || edited) return;
    click.current = window.setTimeout(
      () => (isOpen ? props.onEdit(todo) : props.onOpen(todo)),
      SECOND_CLICK_MS,
    );
  }

  function onTwice(): void {
    clearTimeout(click.current);
    props.onEdit(todo);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.target instanceof HTMLTextAreaElement) return;
    if (event.key === 'Escape' && !isComposing(event) && isOpen) props.onClose();
    const isField = event.target instanceof HTMLInputElement && event.target.type !== 'checkbox';
    if (event.key === 'F2' && !isField && !edited) {
      event.preventDefault();
      props.onEdit(todo);
    }
    if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && !isField) moveFocus(event);
  }

  const title = readable(todo.title);
  const classes = [todo.completed && 'completed', edited && 'editing', isOpen && 'open'].filter(Boolean);
  return (
    <li id={`todo-${id}`} class={classes.join(' ')} onKeyDown={onKeyDown}>
      <div class="view">
        <input
          class="toggle"
          type="checkbox"
          aria-label={`Done: ${title}`}
          checked={todo.completed}
          onChange={() => props.onToggle(todo)}
        />
        {!isOpen && (
          <button
            class="opener"
            type="button"
            aria-expanded="false"
            aria-label={`Open: ${title}`}
            onClick={event => (isByKeyboard(event) ? props.onOpen(todo) : onRow(event))}
            onDblClick={onTwice}
          />
        )}
        {/* TodoMVC's element for the words; the mark has a name of its own */}
        {/* The buttons beside it do the same */}
        <label dir="auto" onClick={onRow} onDblClick={onTwice}>
          {title}
        </label>
        <span class="hand">
          {isOpen && (
            <button
              class="rename"
              type="button"
              aria-label={`Change the words: ${title}`}
              onClick={() => props.onEdit(todo)}
            >
              <Icon name="pencil" />
            </button>
          )}
          <button
            class="destroy"
            type="button"
            aria-label={`Delete: ${title}`}
            onClick={() => props.onDelete(todo)}
          >
            <Icon name="close" />
          </button>
        </span>
        {!isOpen && <Meta todo={todo} today={today} />}
      </div>
      {edited && (
        <TitleEdit
          seen={edited}
          drafts={app.drafts}
          onSave={title => props.onRename(edited, title)}
          onCancel={() => props.onCancelEdit(todo)}
        />
      )}
      {held.length > 0 && <RowNotes app={app} held={held} onSettle={props.onSettle} />}
      {isOpen && <Sheet app={app} todo={todo} today={today} onClose={props.onClose} />}
    </li>
  );
}

function Meta({ todo, today }: { todo: Todo; today: Day }) {
  const due = dueOf(todo);
  const photos = todo.attachments.length;
  if (due === null && todo.tags.length === 0 && todo.notes === '' && photos === 0) return null;
  const when = due === null || todo.completed ? '' : urgency(due.day, today);
  return (
    <div class="meta">
      {due !== null && (
        <span class={`due ${when}`}>
          {todo.completed ? short(due.day, today) + due.time : inWords(due, today)}
        </span>
      )}
      {todo.tags.map(tag => (
        <span class="tag" key={tag} dir="auto">
          {readable(tag)}
        </span>
      ))}
      {todo.notes !== '' && (
        <span>
          <Icon name="note" />
          Note
        </span>
      )}
      {photos > 0 && (
        <span>
          <Icon name="photo" />
          <span aria-hidden="true">{photos}</span>
          <span class="sr">{counted(photos, 'photo')}</span>
        </span>
      )}
    </div>
  );
}

/** Keys and assistive technology click without counting. */
const isByKeyboard = (event: MouseEvent): boolean => event.detail === 0;

/** Up and down go to the same control of the next row. */
function moveFocus(event: KeyboardEvent): void {
  const control = event.target as HTMLElement;
  const name = ['toggle', 'opener', 'destroy'].find(each => control.classList.contains(each));
  const row = control.closest('li');
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  const target =
    next?.querySelector<HTMLElement>(`.${name ?? 'toggle'}`) ?? next?.querySelector<HTMLElement>('.toggle');
  if (!name || !target) return;
  event.preventDefault();
  target.focus();
}
