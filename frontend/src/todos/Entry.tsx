/** Where new todos are written, and the mark that finishes them all. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Drafts } from '../offline/drafts';
import { isEnter } from '../ui/keys';
import { oneLine, titleObjection } from './limits';

interface EntryProps {
  drafts: Drafts;
  hasTodos: boolean;
  isAllDone: boolean;
  onCreate(title: string): void;
  onToggleAll(completed: boolean): void;
}

const DRAFT = 'new';

export function Entry({ drafts, hasTodos, isAllDone, onCreate, onToggleAll }: EntryProps) {
  const [text, setText] = useState(() => drafts.read(DRAFT) ?? '');
  const input = useRef<HTMLInputElement>(null);
  const hint = useId();
  const objection = titleObjection(text);

  useEffect(() => {
    // On a touch screen the focus would bring the keyboard up over the list.
    if (matchMedia('(hover: hover)').matches) input.current?.focus({ preventScroll: true });
  }, []);

  function write(words: string): void {
    setText(words);
    if (words === '') drafts.forget(DRAFT);
    else drafts.write(DRAFT, words);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (!isEnter(event)) return;
    const title = oneLine(text);
    if (title === '' || objection) return;
    write('');
    onCreate(title);
  }

  return (
    <div class="entry">
      <input
        class="new-todo"
        ref={input}
        aria-label="New todo"
        aria-invalid={objection !== null}
        aria-describedby={objection ? hint : undefined}
        placeholder="What needs doing?"
        autocomplete="off"
        enterkeyhint="done"
        dir="auto"
        value={text}
        onInput={event => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {hasTodos && (
        <input
          class="toggle-all"
          type="checkbox"
          aria-label="Mark all as done"
          checked={isAllDone}
          onChange={event => onToggleAll(event.currentTarget.checked)}
        />
      )}
      {objection && (
        <p class="hint bad" id={hint} role="alert">
          {objection}
        </p>
      )}
    </div>
  );
}
