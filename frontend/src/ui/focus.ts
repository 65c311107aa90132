/** Focus that follows what the person does. */

/** A ref for a field that appears because the person asked for it. */
export function focusOnce(field: HTMLElement | null): void {
  field?.focus();
}

/** Focuses an element once the page has been drawn anew. */
export function focusSoon(find: () => HTMLElement | null | undefined): void {
  setTimeout(() => find()?.focus());
}
