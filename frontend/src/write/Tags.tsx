/** The tags of a post: typed, then words with a way to take each off again. */
import { useId, useState } from 'preact/hooks';
import { announce } from '../ui/announce';
import { Icon } from '../ui/Icon';
import { isComposing, isEnter } from '../ui/keys';
import { MAX_TAGS, tagsIn } from './limits';

export function Tags({ tags, onChange }: { tags: string[]; onChange(tags: string[]): void }) {
  const id = useId();
  const [text, setText] = useState('');

  function add(typed = text): void {
    const fresh = tagsIn(typed).filter(tag => !tags.includes(tag));
    setText('');
    if (fresh.length === 0) return;
    onChange([...tags, ...new Set(fresh)]);
    announce(`Added ${fresh.join(', ')}.`);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    const last = tags.at(-1);
    if (isEnter(event)) {
      event.preventDefault();
      add();
    } else if (event.key === 'Backspace' && text === '' && last !== undefined) {
      onChange(tags.slice(0, -1));
      announce(`Took ${last} off.`);
    }
  }

  return (
    <div class="field">
      <label for={id}>Tags</label>
      <div class="tag-field">
        {tags.map(tag => (
          <span key={tag} class="chip">
            {tag}
            <button
              type="button"
              aria-label={`Take the tag ${tag} off`}
              onClick={() => {
                onChange(tags.filter(each => each !== tag));
                announce(`Took ${tag} off.`);
                document.getElementById(id)?.focus();
              }}
            >
              <Icon name="close" />
            </button>
          </span>
        ))}
        <input
          id={id}
          value={text}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder={tags.length === 0 ? 'offline, design' : ''}
          aria-describedby={`${id}-hint`}
          onInput={({ currentTarget: { value } }) => (value.includes(',') ? add(value) : setText(value))}
          onKeyDown={onKeyDown}
          onBlur={() => add()}
        />
      </div>
      <p class={`hint ${tags.length > MAX_TAGS ? 'bad' : ''}`} id={`${id}-hint`}>
        Up to {MAX_TAGS}. A comma or Enter ends one.
      </p>
    </div>
  );
}
