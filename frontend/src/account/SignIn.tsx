/** Sign-in: email and password, then whatever Cognito asks for besides. */
import { confirmSignIn } from 'aws-amplify/auth';
import { useState } from 'preact/hooks';
import type { Config } from '../config';
import { deviceDate } from '../ui/device-clock';
import { ConfirmStep } from './ConfirmStep';
import { enter, goOn } from './enter';
import { Form, useTask } from './Form';
import { EmailField, PasswordField } from './fields';
import { greeting } from './greeting';
import { OtherProviders } from './OtherProviders';
import { formObjection, type Objection } from './sentences';
import { TotpStep } from './TotpStep';
import { withNext } from './ways';

type Step = 'password' | 'totp' | 'confirm';

interface SignInProps {
  config: Config;
  email?: string;
  /** Why the sign-in by another provider failed. */
  objection?: Objection | null;
}

export function SignIn({ config, email: known = '', objection = null }: SignInProps) {
  const [step, setStep] = useState<Step>('password');
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState('');
  const task = useTask(objection);

  async function start(): Promise<void> {
    const { nextStep } = await enter(email, password);
    await follow(nextStep.signInStep);
  }

  async function follow(next: string): Promise<void> {
    switch (next) {
      case 'DONE':
        return goOn();
      case 'CONFIRM_SIGN_IN_WITH_TOTP_CODE':
        return setStep('totp');
      case 'CONFIRM_SIGN_UP':
        return setStep('confirm');
      case 'RESET_PASSWORD':
        return location.assign(withNext('/reset/', location.search));
      default:
        throw new Error(`Cognito asks for ${next}`);
    }
  }

  if (step === 'totp') {
    return (
      <TotpStep
        onCode={async code => {
          const { nextStep } = await confirmSignIn({ challengeResponse: code });
          await follow(nextStep.signInStep);
        }}
        onStartOver={() => setStep('password')}
      />
    );
  }
  if (step === 'confirm') {
    return (
      <ConfirmStep
        config={config}
        email={email}
        isFresh={false}
        onConfirmed={start}
        onOtherAddress={() => setStep('password')}
      />
    );
  }
  return (
    <Form
      task={task}
      heading={greeting(deviceDate())}
      lead="Sign in to your list."
      button="Sign in"
      busyButton="Signing in"
      onSubmit={() => void task.run(start, formObjection({ email, password }))}
      after={
        <>
          <OtherProviders config={config} task={task} />
          <p class="small quiet">
            New here? <a href={withNext('/sign-up/', location.search)}>Create an account</a>
          </p>
        </>
      }
    >
      <EmailField value={email} onInput={setEmail} objection={task.objection} />
      <div class="field">
        <PasswordField value={password} onInput={setPassword} objection={task.objection} />
        <a class="small forgotten" href={withNext('/reset/', location.search)}>
          Forgotten it?
        </a>
      </div>
    </Form>
  );
}
