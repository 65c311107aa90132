/** Opens a photo in a tab of its own, at an address that is signed at that moment: signed addresses end. */
export async function openPhoto(sign: () => Promise<string>): Promise<void> {
  // Before anything is waited for: later, the browser would take it for a pop-up and block it.
  const tab = window.open('about:blank', '_blank');
  if (!tab) throw new Error('The browser opened no tab');
  tab.opener = null;
  try {
    tab.location.replace(await sign());
  } catch (failure) {
    tab.close();
    throw failure;
  }
}

/** Whether a click on a link asks for what `openPhoto` does, not to save it or to open it in some other way. */
export const isPlainClick = ({ button, ctrlKey, metaKey, shiftKey, altKey }: MouseEvent): boolean =>
  button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;
