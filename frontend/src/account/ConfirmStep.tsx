/** Types in the code that was mailed after sign-up. */
import { confirmSignUp, resendSignUpCode } from 'aws-amplify/auth';
import { useState } from 'preact/hooks';
import type { Config } from '../config';
import { announce } from '../ui/announce';
import { Form, useTask } from './Form';
import { CodeField } from './fields';
import { MailboxNote } from './MailboxNote';
import { Resend } from './Resend';
import { formObjection } from './sentences';

interface ConfirmStepProps {
  config: Config;
  email: string;
  /** Whether a code was mailed just now, rather than some time ago. */
  isFresh: boolean;
  /** Whether there may be no account for the address. */
  isDoubtful?: boolean;
  onConfirmed(): Promise<void>;
  onOtherAddress(): void;
}

export function ConfirmStep({
  config,
  email,
  isFresh,
  isDoubtful = false,
  onConfirmed,
  onOtherAddress,
}: ConfirmStepProps) {
  const [code, setCode] = useState('');
  const task = useTask();

  async function confirm(): Promise<void> {
    await confirmSignUp({ username: email, confirmationCode: code });
    await onConfirmed();
  }

  async function resend(): Promise<void> {
    await resendSignUpCode({ username: email });
    announce('A new code is on its way.');
  }

  return (
    <Form
      task={task}
      heading={isFresh && !isDoubtful ? 'Check your mail' : 'Confirm your address'}
      lead={
        isDoubtful ? (
          <>
            If <b>{email}</b> signed up and was never confirmed, six digits are on their way to it.
          </>
        ) : (
          <>
            {isFresh ? 'We sent six digits to ' : 'Type the six digits that we mailed to '}
            <b>{email}</b>.
          </>
        )
      }
      button="Confirm"
      busyButton="Confirming"
      onSubmit={() => void task.run(confirm, formObjection({ code }))}
      after={
        <>
          <div class="row small">
            <Resend waitsFirst={isFresh} onResend={() => task.run(resend)} />
            <button class="text" type="button" onClick={onOtherAddress}>
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
        hint="It works for 24 hours. Pasting is fine."
      />
    </Form>
  );
}
