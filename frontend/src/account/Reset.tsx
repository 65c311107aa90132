/** A forgotten password: a code by mail, then a new one. */
import { confirmResetPassword, resendSignUpCode, resetPassword } from 'aws-amplify/auth';
import { useState } from 'preact/hooks';
import type { Config } from '../config';
import { announce } from '../ui/announce';
import { ConfirmStep } from './ConfirmStep';
import { enter, goOn } from './enter';
import { Form, useTask } from './Form';
import { CodeField, EmailField, PasswordField } from './fields';
import { MailboxNote } from './MailboxNote';
import { Resend } from './Resend';
import { formObjection, isNeverConfirmed } from './sentences';
import { withNext } from './ways';

export function Reset({ config }: { config: Config }) {
  const [step, setStep] = useState<'address' | 'confirm' | 'password'>('address');
  const [email, setEmail] = useState('');
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const task = useTask();

  async function send(): Promise<void> {
    try {
      await resetPassword({ username: email });
    } catch (failure) {
      if (!isNeverConfirmed(failure)) throw failure;
      return confirmFirst();
    }
    setStep('password');
    announce('A code is on its way.');
  }

  /** Cognito mails codes for a new password to confirmed addresses alone, and may not say so. */
  async function confirmFirst(): Promise<void> {
    await resendSignUpCode({ username: email });
    setStep('confirm');
  }

  async function change(): Promise<void> {
    await confirmResetPassword({ username: email, confirmationCode: code, newPassword: password });
    const { isSignedIn } = await enter(email, password);
    // With a second step to come, the sign-in page asks for it.
    if (!isSignedIn) return location.replace(withNext('/sign-in/', location.search));
    await goOn();
  }

  if (step === 'confirm') {
    return (
      <ConfirmStep
        config={config}
        email={email}
        isFresh
        isDoubtful
        onConfirmed={send}
        onOtherAddress={() => setStep('address')}
      />
    );
  }
  if (step === 'address') {
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
            <button class="text" type="button" onClick={() => setStep('address')}>
              Use another address
            </button>
          </div>
          <p class="small quiet">
            No mail, and never confirmed this address?{' '}
            <button class="text" type="button" onClick={() => void task.run(confirmFirst)}>
              Confirm it first
            </button>
          </p>
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
