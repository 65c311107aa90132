/** The entry of /sign-in/: a person who is signed in already, or comes back from another provider, goes straight on. */
import { pagesOf } from '../account/OtherProviders';
import { takeTokens } from '../account/issued-tokens';
import { Beside, startPage } from '../account/page';
import { rememberedPerson } from '../account/person';
import { ReturnFailed } from '../account/providers';
import { type Objection, objectionTo } from '../account/sentences';
import { SignIn } from '../account/SignIn';
import { hasSession } from '../account/session';
import { isReturn } from '../account/sign-in-pages';
import { nextPlace } from '../account/ways';
import type { Config } from '../config';

void startPage(async config => {
  const objection = isReturn(location.search) ? await comeBack(config, location.search) : null;
  const person = rememberedPerson();
  if (!objection && person && (await hasSession().catch(() => false))) {
    location.replace(nextPlace(location.search, location.origin));
    return null;
  }
  return (
    <Beside>
      <SignIn config={config} email={person?.email ?? ''} objection={objection} />
    </Beside>
  );
});

/** Takes the tokens of who comes back from Cognito's pages, and says what went wrong, if anything did. */
async function comeBack(config: Config, returned: string): Promise<Objection | null> {
  // A code works once, and belongs in no history.
  history.replaceState(null, '', location.pathname);
  const pages = pagesOf(config);
  if (!pages) return null;
  try {
    const { tokens, search } = await pages.finish(returned);
    history.replaceState(null, '', location.pathname + search);
    await takeTokens(config, tokens);
    return null;
  } catch (failure) {
    if (failure instanceof ReturnFailed) history.replaceState(null, '', location.pathname + failure.search);
    return objectionTo(failure);
  }
}
