/** On a laptop no mail leaves the machine: says where it is instead. */
import type { Config } from '../config';
import { Note } from '../ui/Note';

export const MailboxNote = ({ config: { mailbox } }: { config: Config }) =>
  mailbox === null ? null : (
    <Note icon="mail">
      Running on your machine? The mail is in the{' '}
      <a href={mailbox} target="_blank" rel="noreferrer">
        local mailbox
      </a>
      .
    </Note>
  );
