/** A modal dialog: focus starts on its heading, so that no answer is favoured, and goes back where it was. */
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

interface DialogProps {
  heading: string;
  summary: ComponentChildren;
  class?: string;
  onClose(): void;
  children: ComponentChildren;
}

export function Dialog({ heading, summary, class: name = 'ask', onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const id = useId();

  useLayoutEffect(() => {
    const before = document.activeElement;
    const box = dialog.current;
    box?.showModal();
    title.current?.focus();
    return () => {
      // Nothing behind it can take the focus while it is open.
      box?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-h`}
      aria-describedby={`${id}-p`}
      onClose={() => dialog.current && onClose()}
    >
      <div class={name}>
        <h2 id={`${id}-h`} ref={title} tabIndex={-1}>
          {heading}
        </h2>
        <p id={`${id}-p`}>{summary}</p>
        {children}
      </div>
    </dialog>
  );
}
