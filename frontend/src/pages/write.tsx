/** The entry of /write/: to sign-in where nobody is signed in, else the author's desk. */
import { render } from 'preact';
import { OwnerOnly } from '../account/OwnerOnly';
import { type Person, rememberedPerson } from '../account/person';
import { toSignIn } from '../account/ways';
import { showFault } from '../ui/fault';
import { openDesk } from '../write/desk';
import { WritePage } from '../write/WritePage';

const person = rememberedPerson();
if (person) void open(person);
else location.replace(toSignIn(location));

async function open(person: Person): Promise<void> {
  const place = document.getElementById('app');
  if (!place) return;
  try {
    const desk = await openDesk(person);
    await desk.list.refresh();
    place.replaceChildren();
    const shown = (
      <OwnerOnly owner={desk.owner}>
        <WritePage desk={desk} />
      </OwnerOnly>
    );
    render(shown, place);
  } catch (failure) {
    showFault(document.getElementById('main') ?? place, failure);
  }
}
