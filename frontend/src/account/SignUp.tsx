/** A new account: address and password, then the code that was mailed. */
import { resendSignUpCode, signUp } from 'aws-amplify/auth';
import { useState } from 'preact/hooks';
import type { Config } from '../config';
import { ConfirmStep } from './ConfirmStep';
import { enter, goOn } from './enter';
import { Form, useTask } from './Form';
import { EmailField, PasswordField } from './fields';
import { OtherProviders } from './OtherProviders';
import { formObjection, isConfirmed } from './sentences';
import { withNext } from './ways';

const CONFIRMING = 'mytodolist.confirming';

export function SignUp({ config }: { config: Config }) {
  // A reload must not lose whose code is awaited.
  const [confirming, setConfirming] = useState(() => sessionStorage.getItem(CONFIRMING));
  const [isFresh, setFresh] = useState(false);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const task = useTask();

  async function create(): Promise<void> {
    try {
      await signUp({ username: email, password, options: { userAttributes: { email } } });
    } catch (failure) {
      await resumeSignUp(failure);
    }
    sessionStorage.setItem(CONFIRMING, email);
    setFresh(true);
    setConfirming(email);
  }

  /** Mails a new code to an address that signed up before and was never confirmed. */
  async function resumeSignUp(failure: unknown): Promise<void> {
    if (!(failure instanceof Error && failure.name === 'UsernameExistsException')) throw failure;
    try {
      await resendSignUpCode({ username: email });
    } catch (refusal) {
      throw isConfirmed(refusal) ? failure : refusal;
    }
  }

  async function confirmed(): Promise<void> {
    sessionStorage.removeItem(CONFIRMING);
    // After a reload the password is gone from memory, so it is asked for again.
    if (password === '') return location.replace(withNext('/sign-in/', location.search));
    try {
      await enter(email, password);
    } catch (failure) {
      if (!(failure instanceof Error && failure.name === 'NotAuthorizedException')) throw failure;
      // The address signed up before with another password: a new one is chosen by a code.
      return location.replace(withNext('/reset/', location.search));
    }
    await goOn();
  }

  if (confirming !== null) {
    return (
      <ConfirmStep
        config={config}
        email={confirming}
        isFresh={isFresh}
        onConfirmed={confirmed}
        onOtherAddress={() => {
          sessionStorage.removeItem(CONFIRMING);
          setConfirming(null);
        }}
      />
    );
  }
  return (
    <Form
      task={task}
      heading="Start a list"
      lead="All you need is an email address."
      button="Create account"
      busyButton="Creating"
      onSubmit={() => void task.run(create, formObjection({ email, password }))}
      after={
        <>
          <OtherProviders config={config} task={task} />
          <p class="small quiet">
            Already have one? <a href={withNext('/sign-in/', location.search)}>Sign in</a>
          </p>
        </>
      }
    >
      <EmailField value={email} onInput={setEmail} objection={task.objection} />
      <PasswordField isNew value={password} onInput={setPassword} objection={task.objection} />
    </Form>
  );
}
