/** A forgotten password: a code by mail, then a new one. */
import { confirmResetPassword, resetPassword } from 'aws-amplify/auth';
import { useState } from 'preact/hooks';
import type { Config } from '../config';
import { announce } from '../ui/announce';
import { enter, goOn } from './enter';
import { Form, useTask } from './Form';
import { CodeField, EmailField, PasswordField } from './fields';
import { MailboxNote } from './MailboxNote';
import { Resend } from './Resend';
import { formObjection } from './sentences';
import { withNext } from './ways';

export function Reset({ config }: { config: Config }) {
  const [isSent, setSent] = useState(false);
  const [email, setEmail] = useState('');
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const task = useTask();

  async function send(): Promise<void> {
    await resetPassword({ username: email });
    setSent(true);
    announce('A code is on its way.');
  }

  async function change(): Promise<void> {
    await confirmResetPassword({ username: email, confirmationCode: code, newPassword: password });
    const { isSignedIn } = await enter(email, password);
    // With a second step to come, the sign-in page asks for it.
    if (!isSignedIn) return location.replace(withNext('/sign-in/', location.search));
    await goOn();
  }

  if (!isSent) {
    return (
      <Form
        task={task}
        heading="A new password"
        lead="We mail you a code, and with it you choose a new one."
        button="Send the code"
        busyButton="Sending"
        onSubmit={() => void task.run(send, formObjection({ email }))}
        after={
          <p class="small quiet">
            Remembered it? <a href={withNext('/sign-in/', location.search)}>Sign in</a>
          </p>
        }
      >
        <EmailField value={email} onInput={setEmail} objection={task.objection} />
      </Form>
    );
  }
  return (
    <Form
      task={task}
      heading="Check your mail"
      lead={
        <>
          If there is an account for <b>{email}</b>, six digits are on their way to it.
        </>
      }
      button="Change the password"
      busyButton="Changing"
      onSubmit={() => void task.run(change, formObjection({ code, password }))}
      after={
        <>
          <div class="row small">
            <Resend waitsFirst onResend={() => task.run(send)} />
            <button class="text" type="button" onClick={() => setSent(false)}>
              Use another address
            </button>
          </div>
          <MailboxNote config={config} />
        </>
      }
    >
      <CodeField
        value={code}
        onInput={setCode}
        objection={task.objection}
        hint="It works for an hour. Pasting is fine."
      />
      <PasswordField
        isNew
        label="New password"
        value={password}
        onInput={setPassword}
        objection={task.objection}
      />
    </Form>
  );
}
