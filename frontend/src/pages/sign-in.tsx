/** The entry of /sign-in/: straight on where somebody is signed in already. */
import { Beside, startPage } from '../account/page';
import { rememberedPerson } from '../account/person';
import { SignIn } from '../account/SignIn';
import { hasSession } from '../account/session';
import { nextPlace } from '../account/ways';

void startPage(async config => {
  const person = rememberedPerson();
  if (person && (await hasSession().catch(() => false))) {
    location.replace(nextPlace(location.search, location.origin));
    return null;
  }
  return (
    <Beside>
      <SignIn config={config} email={person?.email ?? ''} />
    </Beside>
  );
});
