/** The second step of sign-in: set up with an authenticator app, or turned off. */
import { fetchMFAPreference, setUpTOTP, updateMFAPreference, verifyTOTPSetup } from 'aws-amplify/auth';
import { useEffect, useRef, useState } from 'preact/hooks';
import { announce } from '../ui/announce';
import { Dialog } from '../ui/Dialog';
import { focusSoon } from '../ui/focus';
import { Note } from '../ui/Note';
import { type Task, useTask } from './Form';
import { CodeField } from './fields';
import { QrCode } from './QrCode';
import { formObjection } from './sentences';

const ISSUER = 'MyTodoList';

interface Secret {
  text: string;
  uri: string;
}

export function SecondStep({ email }: { email: string }) {
  const [isOn, setOn] = useState<boolean | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  const [isAsking, setAsking] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const task = useTask();

  useEffect(() => {
    void task.run(async () => {
      const { enabled = [] } = await fetchMFAPreference();
      setOn(enabled.includes('TOTP'));
    });
  }, []);

  async function begin(): Promise<void> {
    const { sharedSecret, getSetupUri } = await setUpTOTP();
    setSecret({ text: sharedSecret, uri: getSetupUri(ISSUER, email).href });
    focusSoon(() => heading.current);
  }

  async function finish(code: string): Promise<void> {
    await verifyTOTPSetup({ code });
    await updateMFAPreference({ totp: 'PREFERRED' });
    done(true, 'The second step is on.');
  }

  async function turnOff(): Promise<void> {
    await updateMFAPreference({ totp: 'DISABLED' });
    done(false, 'The second step is off.');
  }

  function done(on: boolean, words: string): void {
    setOn(on);
    setSecret(null);
    announce(words);
    focusSoon(() => heading.current);
  }

  return (
    <section aria-labelledby="totp-h">
      <div>
        <h2 id="totp-h" ref={heading} tabIndex={-1}>
          Second step
        </h2>
        <p>Besides the password, sign-in asks for a code from an authenticator app.</p>
      </div>
      {isOn && !secret && (
        <p class="standing">
          <span class="state">
            <span class="dot" />
            On
          </span>
          <button class="btn sm" type="button" onClick={() => setAsking(true)}>
            Turn off
          </button>
        </p>
      )}
      {isOn === false && !secret && (
        <p class="standing">
          <span class="state">
            <span class="dot off" />
            Off
          </span>
          <button class="btn sm" type="button" onClick={() => void task.run(begin)}>
            Set up
          </button>
        </p>
      )}
      {secret && <Setup secret={secret} task={task} onCode={finish} onCancel={() => setSecret(null)} />}
      {task.objection && !task.objection.field && <Note tone="bad">{task.objection.text}</Note>}
      {isAsking && (
        <Dialog
          heading="Turn the second step off?"
          summary="From then on the password alone opens your list."
          onClose={() => setAsking(false)}
        >
          <div class="answers">
            <button class="btn" type="button" onClick={() => setAsking(false)}>
              Keep it on
            </button>
            <button
              class="btn"
              type="button"
              onClick={() => {
                setAsking(false);
                void task.run(turnOff);
              }}
            >
              Turn off
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

interface SetupProps {
  secret: Secret;
  task: Task;
  onCode(code: string): Promise<void>;
  onCancel(): void;
}

function Setup({ secret, task, onCode, onCancel }: SetupProps) {
  const [code, setCode] = useState('');
  const [isCopied, setCopied] = useState(false);

  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(secret.text);
    setCopied(true);
    announce('The key is copied.');
  }

  return (
    <form
      class="setup"
      noValidate
      onSubmit={event => {
        event.preventDefault();
        void task.run(() => onCode(code), formObjection({ code }));
      }}
    >
      <QrCode text={secret.uri} label="The key as a QR code" />
      <div class="secret">
        <p>Scan this with the app, or type the key:</p>
        <p class="key">
          <code>{secret.text.match(/.{1,4}/g)?.join(' ')}</code>
        </p>
        <button class="btn sm" type="button" onClick={() => void copy()}>
          {isCopied ? 'Copied' : 'Copy the key'}
        </button>
      </div>
      <div class="proof">
        <CodeField
          label="Code from the app"
          value={code}
          onInput={setCode}
          objection={task.objection}
          hint="It changes every 30 seconds."
        />
        <div class="ways-out">
          <button class="btn primary" type="submit" aria-disabled={task.isBusy}>
            Turn on
          </button>
          <button class="btn" type="button" onClick={onCancel}>
            Not now
          </button>
        </div>
      </div>
    </form>
  );
}
