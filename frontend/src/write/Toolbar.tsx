/** What can be done to the text, as one stop of the Tab key; arrows go from button to button. */
import { useRef, useState } from 'preact/hooks';
import { Chooser } from '../photos/Chooser';
import { Icon, type IconName } from '../ui/Icon';
import type { Format } from './formatting';

const FORMATS: { format: Format; icon: IconName; label: string; keys?: string }[] = [
  { format: 'heading', icon: 'heading', label: 'Heading' },
  { format: 'bold', icon: 'bold', label: 'Bold', keys: 'Control+B' },
  { format: 'italic', icon: 'italic', label: 'Italic', keys: 'Control+I' },
  { format: 'link', icon: 'link', label: 'Link', keys: 'Control+K' },
  { format: 'quote', icon: 'quote', label: 'Quote' },
  { format: 'code', icon: 'code', label: 'Code' },
];

interface ToolbarProps {
  onFormat(format: Format): void;
  onFiles(files: FileList | null): void;
}

export function Toolbar({ onFormat, onFiles }: ToolbarProps) {
  const [place, setPlace] = useState(0);
  const bar = useRef<HTMLDivElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const count = FORMATS.length + 1;

  function onKeyDown(event: KeyboardEvent): void {
    const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: count - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const wrapped = (next + count) % count;
    setPlace(wrapped);
    bar.current?.querySelectorAll('button')[wrapped]?.focus();
  }

  return (
    <div class="tools" role="toolbar" aria-label="Formatting" ref={bar} onKeyDown={onKeyDown}>
      {FORMATS.map(({ format, icon, label, keys }, index) => (
        <button
          key={format}
          class="icon-btn"
          type="button"
          aria-label={label}
          aria-keyshortcuts={keys}
          title={keys ? `${label} (${keys.replace('Control', 'Ctrl')})` : label}
          tabIndex={place === index ? 0 : -1}
          onFocus={() => setPlace(index)}
          onClick={() => onFormat(format)}
        >
          <Icon name={icon} />
        </button>
      ))}
      <button
        class="icon-btn"
        type="button"
        aria-label="Photo"
        title="Photo"
        tabIndex={place === count - 1 ? 0 : -1}
        onFocus={() => setPlace(count - 1)}
        onClick={() => chooser.current?.click()}
      >
        <Icon name="photo" />
      </button>
      <Chooser chooser={chooser} label="Photos for the text" multiple onFiles={onFiles} />
    </div>
  );
}
