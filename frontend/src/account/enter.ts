/** Signs somebody in and goes to where they were headed. */
import { type SignInOutput, signIn } from 'aws-amplify/auth';
import { endSession, welcome } from './session';
import { nextPlace } from './ways';

export async function enter(username: string, password: string): Promise<SignInOutput> {
  try {
    return await signIn({ username, password });
  } catch (failure) {
    if (!(failure instanceof Error && failure.name === 'UserAlreadyAuthenticatedException')) throw failure;
    // A session that the API does not take any more is still lying about.
    await endSession();
    return signIn({ username, password });
  }
}

export async function goOn(): Promise<void> {
  await welcome();
  location.replace(nextPlace(location.search, location.origin));
}
