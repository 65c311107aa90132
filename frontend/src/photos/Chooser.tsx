/** The browser's own way to choose photos; the button that opens it stands beside it. */
import type { RefObject } from 'preact';
import { ACCEPTED } from './check';

interface ChooserProps {
  chooser: RefObject<HTMLInputElement | null>;
  label: string;
  multiple?: boolean;
  onFiles(files: FileList | null): void;
}

export function Chooser({ chooser, label, multiple = false, onFiles }: ChooserProps) {
  return (
    <input
      class="chooser"
      ref={chooser}
      type="file"
      aria-label={label}
      tabIndex={-1}
      accept={ACCEPTED}
      multiple={multiple}
      onChange={event => {
        onFiles(event.currentTarget.files);
        // The same photo may be chosen again.
        event.currentTarget.value = '';
      }}
    />
  );
}
