/** Text fields: replacing text so that it can be undone, and fields as high as their text. */
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { Replacement } from './formatting';

export function replaceText(field: HTMLTextAreaElement, { start, end, text, select }: Replacement): void {
  field.focus();
  field.setSelectionRange(start, end);
  // Deprecated, and the only way that the browser's own undo knows of.
  if (!document.execCommand('insertText', false, text)) {
    field.setRangeText(text, start, end, 'end');
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
  field.setSelectionRange(select.start, select.end);
}

/** Where CSS cannot do it by itself. */
export function useGrowth(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (!element || CSS.supports('field-sizing', 'content')) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);
}
