/** The entry of /todos/: to sign-in where nobody is signed in, else the list. */
import { render } from 'preact';
import { OwnerOnly } from '../account/OwnerOnly';
import { type Person, rememberedPerson } from '../account/person';
import { toSignIn } from '../account/ways';
import { registerServiceWorker } from '../offline/register';
import { openApp } from '../todos/app';
import { TodoPage } from '../todos/TodoPage';
import { showFault } from '../ui/fault';

const person = rememberedPerson();
if (person) void open(person);
else location.replace(toSignIn(location));

async function open(person: Person): Promise<void> {
  const place = document.getElementById('app');
  if (!place) return;
  try {
    const app = await openApp(person);
    place.replaceChildren();
    const shown = (
      <OwnerOnly owner={app.owner}>
        <TodoPage app={app} />
      </OwnerOnly>
    );
    render(shown, place);
    await app.start();
    registerServiceWorker();
  } catch (failure) {
    showFault(document.getElementById('main') ?? place, failure);
  }
}
