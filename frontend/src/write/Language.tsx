/** The language of a post: screen readers, translators and search engines read the text in it. */
import { useId } from 'preact/hooks';

interface LanguageProps {
  language: string | null;
  objection: string | null;
  onChange(language: string | null): void;
}

const COMMON = [
  'en',
  'ar',
  'de',
  'es',
  'fr',
  'he',
  'hi',
  'it',
  'ja',
  'ko',
  'nl',
  'pl',
  'pt',
  'ru',
  'tr',
  'uk',
  'zh',
];
const names = new Intl.DisplayNames('en', { type: 'language' });

export function Language({ language, objection, onChange }: LanguageProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>Language</label>
      <input
        id={id}
        class="input"
        list={`${id}-common`}
        value={language ?? ''}
        maxLength={35}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder="en"
        aria-invalid={objection !== null}
        aria-describedby={`${id}-hint`}
        onInput={({ currentTarget: { value } }) => onChange(value.trim() || null)}
      />
      <datalist id={`${id}-common`}>
        {COMMON.map(tag => (
          <option key={tag} value={tag}>
            {names.of(tag)}
          </option>
        ))}
      </datalist>
      <p class={`hint ${objection ? 'bad' : ''}`} id={`${id}-hint`}>
        {objection ?? 'A tag such as he or pt-BR. Without one it is English.'}
      </p>
    </div>
  );
}
