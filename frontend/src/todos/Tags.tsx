/** A todo's tags, each a chip that takes itself away. */
import { useId, useRef, useState } from 'preact/hooks';
import type { Todo } from '../api/types';
import { announce } from '../ui/announce';
import { focusOnce } from '../ui/focus';
import { Icon } from '../ui/Icon';
import { isComposing, isEnter } from '../ui/keys';
import { readable } from '../ui/text';
import { MAX_TAGS, oneLine, tagObjection } from './limits';

interface TagsProps {
  todo: Todo;
  suggestions: string[];
  onChange(tags: string[]): void;
}

export function Tags({ todo: { tags }, suggestions, onChange }: TagsProps) {
  const [text, setText] = useState<string | null>(null);
  const adder = useRef<HTMLButtonElement>(null);
  const id = useId();
  const objection = text === null || oneLine(text) === '' ? null : tagObjection(text, tags);

  function add(): boolean {
    const tag = oneLine(text ?? '');
    if (tag === '' || objection) return false;
    setText('');
    onChange([...tags, tag]);
    announce(`Tag ${readable(tag)} added.`);
    return true;
  }

  function close(): void {
    setText(null);
    setTimeout(() => adder.current?.focus());
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    if (isEnter(event) || event.key === ',') {
      event.preventDefault();
      if (!add() && isEnter(event) && text === '') close();
    }
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
  }

  function onBlur(): void {
    if (!objection) {
      add();
      setText(null);
    }
  }

  function remove(tag: string): void {
    onChange(tags.filter(each => each !== tag));
    announce(`Tag ${readable(tag)} removed.`);
    setTimeout(() => adder.current?.focus());
  }

  return (
    <>
      {tags.map(tag => (
        <button
          key={tag}
          type="button"
          aria-label={`Remove the tag ${readable(tag)}`}
          onClick={() => remove(tag)}
        >
          <Icon name="tag" />
          <span dir="auto">{readable(tag)}</span>
          <Icon name="close" />
        </button>
      ))}
      {text === null ? (
        tags.length < MAX_TAGS && (
          <button type="button" ref={adder} onClick={() => setText('')}>
            <Icon name="plus" />
            Tag
          </button>
        )
      ) : (
        <span class="tag-entry">
          <input
            ref={focusOnce}
            aria-label="New tag"
            aria-invalid={objection !== null}
            aria-describedby={objection ? `${id}-hint` : undefined}
            list={`${id}-tags`}
            autocomplete="off"
            enterkeyhint="done"
            dir="auto"
            size={10}
            value={text}
            onInput={event => setText(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onBlur={onBlur}
          />
          <datalist id={`${id}-tags`}>
            {suggestions
              .filter(tag => !tags.includes(tag))
              .map(tag => (
                <option key={tag} value={tag} />
              ))}
          </datalist>
        </span>
      )}
      {objection && (
        <span class="hint bad" id={`${id}-hint`} role="alert">
          {objection}
        </span>
      )}
    </>
  );
}
