/** The entry of /account/. */
import { Account } from '../account/Account';
import { startPage } from '../account/page';
import { forgetPerson, rememberedPerson } from '../account/person';
import { idToken } from '../account/session';
import { toSignIn } from '../account/ways';
import { memoryStore, openStore } from '../offline/store';

void startPage(async () => {
  const person = rememberedPerson();
  const token = person && (await idToken().catch(() => 'not known now'));
  if (!person || token === null) {
    forgetPerson();
    location.replace(toSignIn(location));
    return null;
  }
  const store = await openStore().catch(memoryStore);
  return <Account person={person} store={store} />;
});
