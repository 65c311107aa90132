/** What a page shows when it cannot start. */
import { render } from 'preact';

export function showFault(place: Element, failure: unknown): void {
  reportError(failure);
  place.replaceChildren();
  render(
    <div class="wrap fault" role="alert">
      <h1>This page did not come up.</h1>
      <p>The site does not answer as it should. What you wrote before is still on this device.</p>
      <button class="btn" type="button" onClick={() => location.reload()}>
        Try again
      </button>
    </div>,
    place,
  );
}
