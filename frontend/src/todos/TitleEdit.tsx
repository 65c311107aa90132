/** The field that covers a title while its words are changed. */
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Todo } from '../api/types';
import type { Drafts } from '../offline/drafts';
import { isComposing, isEnter } from '../ui/keys';
import { oneLine, titleObjection } from './limits';

interface TitleEditProps {
  /** The todo as it was shown when the edit began. */
  seen: Todo;
  drafts: Drafts;
  onSave(title: string): void;
  onCancel(): void;
}

/** A title as it is typed, and what it was typed over. */
export interface TitleDraft {
  text: string;
  seen: Todo;
}

export const draftName = (id: string): string => `title ${id}`;

export function readTitleDraft(drafts: Drafts, id: string): TitleDraft | null {
  const kept = drafts.read(draftName(id));
  return kept === null ? null : JSON.parse(kept);
}

export function TitleEdit({ seen, drafts, onSave, onCancel }: TitleEditProps) {
  const [text, setText] = useState(() => readTitleDraft(drafts, seen.id)?.text ?? seen.title);
  const input = useRef<HTMLInputElement>(null);
  const isOver = useRef(false);
  const hint = useId();
  const objection = titleObjection(text);

  useLayoutEffect(() => {
    const field = input.current;
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
  }, []);

  function write(words: string): void {
    setText(words);
    drafts.write(draftName(seen.id), JSON.stringify({ text: words, seen } satisfies TitleDraft));
  }

  function leave(act: () => void): void {
    // Taking the field away blurs it, which must not save a second time.
    if (isOver.current) return;
    isOver.current = true;
    drafts.forget(draftName(seen.id));
    act();
  }

  function save(): void {
    if (!objection) leave(() => onSave(oneLine(text)));
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    if (isEnter(event)) save();
    if (event.key === 'Escape') {
      event.stopPropagation();
      leave(onCancel);
    }
  }

  return (
    <>
      <input
        class="edit"
        ref={input}
        aria-label="Edit todo"
        aria-invalid={objection !== null}
        aria-describedby={objection ? hint : undefined}
        autocomplete="off"
        enterkeyhint="done"
        dir="auto"
        value={text}
        onInput={event => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onBlur={save}
      />
      {objection && (
        <p class="hint bad edit-hint" id={hint} role="alert">
          {objection}
        </p>
      )}
    </>
  );
}
