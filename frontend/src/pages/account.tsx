/** The entry of /account/. */
import { Account } from '../account/Account';
import { startPage } from '../account/page';
import { OwnerOnly } from '../account/OwnerOnly';
import { openPageOwner } from '../account/open-owner';
import { storedClaims } from '../account/own-storage';
import { forgetPerson, rememberedPerson } from '../account/person';
import { providerIn } from '../account/providers';
import { hasSession } from '../account/session';
import { toSignIn } from '../account/ways';
import { openStoreInTime } from '../offline/store';

void startPage(async config => {
  const person = rememberedPerson();
  // Without an answer it is not known now whether the session still lasts.
  if (!person || !(await hasSession().catch(() => true))) {
    forgetPerson();
    location.replace(toSignIn(location));
    return null;
  }
  const owner = openPageOwner(config, person);
  const store = await openStoreInTime();
  const claims = storedClaims(config.user_pool_client_id, localStorage);
  return (
    <OwnerOnly owner={owner}>
      <Account owner={owner} store={store} provider={providerIn(claims ?? {})} />
    </OwnerOnly>
  );
});
