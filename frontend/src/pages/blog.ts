/** The script of the reader's pages. Each of them reads well without it. */
import '../blog/blog.css';
import { rememberedPerson } from '../account/person';
import { addCopyButton } from '../blog/code';
import { enhanceContact } from '../blog/contact';
import { enhanceSubscribe } from '../blog/subscribe';
import { enhanceUnsubscribe } from '../blog/unsubscribe';
import { switchThemes } from '../ui/theme';

const all = <Found extends HTMLElement>(selector: string) => document.querySelectorAll<Found>(selector);

switchThemes(all<HTMLInputElement>('.themes input'));
all('.codeblock').forEach(addCopyButton);
all<HTMLFormElement>('[data-subscribe]').forEach(enhanceSubscribe);
all<HTMLFormElement>('[data-contact]').forEach(enhanceContact);
all('[data-unsubscribe]').forEach(enhanceUnsubscribe);

function showWayToWrite(): void {
  for (const way of all('[data-author]')) way.hidden = !isAuthor();
}
showWayToWrite();
// By Back the browser shows the page as it was, and the author may have signed out since.
addEventListener('pageshow', ({ persisted }) => persisted && showWayToWrite());

function isAuthor(): boolean {
  try {
    return rememberedPerson()?.isAuthor ?? false;
  } catch {
    // No storage: nobody is signed in here.
    return false;
  }
}
