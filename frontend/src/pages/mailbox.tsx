/** The entry of /mailbox/, which exists on a laptop only. */
import { render } from 'preact';
import { loadConfig } from '../config';
import { Mailbox } from '../mailbox/Mailbox';
import { showFault } from '../ui/fault';

const main = document.getElementById('main');
if (main) {
  loadConfig().then(
    ({ mailbox }) => render(<Mailbox url={mailbox ?? '/mailbox/'} />, main),
    failure => showFault(main, failure),
  );
}
