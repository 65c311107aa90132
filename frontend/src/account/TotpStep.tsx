/** The second step of a sign-in: the code from the authenticator app. */
import { useEffect, useState } from 'preact/hooks';
import { Form, useTask } from './Form';
import { CodeField } from './fields';
import { CLOCK, formObjection } from './sentences';

interface TotpStepProps {
  onCode(code: string): Promise<void>;
  onStartOver(): void;
}

export function TotpStep({ onCode, onStartOver }: TotpStepProps) {
  const [code, setCode] = useState('');
  const task = useTask();
  const objection =
    task.objection?.field === 'code' && code.length === 6
      ? {
          ...task.objection,
          text: `That code does not match, or has just expired. Type the one on screen now. ${CLOCK}`,
        }
      : task.objection;
  useEffect(() => document.getElementById('code')?.focus(), []);

  return (
    <Form
      task={{ ...task, objection }}
      heading="Second step"
      lead="Open your authenticator app and type the six digits it shows for MyTodoList."
      button="Continue"
      busyButton="Checking"
      onSubmit={() => void task.run(() => onCode(code), formObjection({ code }))}
      after={
        <p class="small quiet">
          Not you?{' '}
          <button class="text" type="button" onClick={onStartOver}>
            Start over
          </button>
        </p>
      }
    >
      <CodeField
        label="Code from the app"
        value={code}
        onInput={setCode}
        objection={objection}
        hint="It changes every 30 seconds."
      />
    </Form>
  );
}
