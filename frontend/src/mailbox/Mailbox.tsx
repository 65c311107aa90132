/** The local mailbox: what the laptop would have mailed. */
import { useEffect, useState } from 'preact/hooks';
import { clock, dayAfter, dayAndMonth, dayOf, short, weekday } from '../todos/dates';
import { counted } from '../todos/words';
import { announce } from '../ui/announce';
import { deviceDate } from '../ui/device-clock';
import { Note } from '../ui/Note';
import { HtmlMail } from './HtmlMail';
import { codeIn, linked, type Mail, nameIn, readMails } from './mail';

const LOOK_MS = 2_000;
const SEEN = 'mailbox.seen';

export function Mailbox({ url }: { url: string }) {
  const { mails, isAnswering } = useMails(url);
  const [seen, setSeen] = useState<string[]>(() => JSON.parse(localStorage.getItem(SEEN) ?? '[]'));
  const [chosen, setChosen] = useState<string | null>(null);
  const open = mails?.find(mail => mail.id === chosen) ?? mails?.[0] ?? null;

  useEffect(() => {
    if (!open || seen.includes(open.id) || !mails) return;
    const ids = new Set(mails.map(mail => mail.id));
    const now = [...seen.filter(id => ids.has(id)), open.id];
    setSeen(now);
    localStorage.setItem(SEEN, JSON.stringify(now));
  }, [open?.id]);

  if (mails === null) return isAnswering ? null : <Silent />;
  const fresh = mails.filter(mail => !seen.includes(mail.id)).length;
  return (
    <>
      <section class="mails" aria-label="Mails">
        <div class="row">
          <h2>
            {counted(mails.length, 'mail')}
            {fresh > 0 && `, ${fresh} new`}
          </h2>
          {!isAnswering && (
            <span class="state">
              <span class="dot off" />
              No answer
            </span>
          )}
        </div>
        <ul>
          {mails.map(mail => (
            <li key={mail.id} class={seen.includes(mail.id) ? '' : 'new'}>
              <button
                type="button"
                aria-current={mail.id === open?.id ? 'true' : undefined}
                onClick={() => setChosen(mail.id)}
              >
                <span class="from">
                  <span>{nameIn(mail.from)}</span>
                  <time dateTime={mail.sent_at}>{when(mail.sent_at)}</time>
                </span>
                <b>
                  {mail.subject}
                  {!seen.includes(mail.id) && <span class="sr"> (new)</span>}
                </b>
                <small>{mail.to.join(', ')}</small>
              </button>
            </li>
          ))}
        </ul>
      </section>
      {open ? <Letter key={open.id} mail={open} /> : <NoLetter />}
    </>
  );
}

/** Looks again and again; the page is drawn anew only when something has changed. */
function useMails(url: string) {
  const [mails, setMails] = useState<Mail[] | null>(null);
  const [isAnswering, setAnswering] = useState(true);
  useEffect(() => {
    let timer = 0;
    let known: string | null = null;
    async function look(): Promise<void> {
      if (!document.hidden) {
        try {
          const found = await readMails(url);
          const ids = found.map(mail => mail.id).join();
          if (known !== null && ids !== known && found[0]) announce(`New mail: ${found[0].subject}`);
          if (ids !== known) setMails(found);
          known = ids;
          setAnswering(true);
        } catch {
          setAnswering(false);
        }
      }
      timer = window.setTimeout(look, LOOK_MS);
    }
    void look();
    return () => clearTimeout(timer);
  }, [url]);
  return { mails, isAnswering };
}

function Letter({ mail }: { mail: Mail }) {
  const [isPlain, setPlain] = useState(mail.html === null);
  const sent = new Date(mail.sent_at);
  const code = codeIn(mail);
  return (
    <article class="letter" aria-label="Mail">
      <h1>{mail.subject}</h1>
      <dl class="hd">
        <dt>From</dt>
        <dd>{mail.from}</dd>
        <dt>To</dt>
        <dd>{mail.to.join(', ')}</dd>
        <dt>At</dt>
        <dd>
          <time dateTime={mail.sent_at}>
            {weekday(sent)} {dayAndMonth(sent)}, {sent.toLocaleTimeString('en-GB')}
          </time>
        </dd>
      </dl>
      {code && <BigCode code={code} />}
      {mail.html !== null && mail.text !== '' && (
        <fieldset class="seg">
          <legend class="sr">Show</legend>
          <label>
            <input type="radio" name="kind" checked={!isPlain} onChange={() => setPlain(false)} />
            As designed
          </label>
          <label>
            <input type="radio" name="kind" checked={isPlain} onChange={() => setPlain(true)} />
            Plain text
          </label>
        </fieldset>
      )}
      {mail.html !== null && (!isPlain || mail.text === '') ? (
        <HtmlMail title={mail.subject} html={mail.html} />
      ) : (
        <div class="txt">
          {linked(mail.text).map(({ text, isLink }) =>
            isLink ? (
              <a href={text} target="_blank" rel="noreferrer">
                {text}
              </a>
            ) : (
              text
            ),
          )}
        </div>
      )}
      <Note>This mail was caught on your machine. Nothing was sent to the internet.</Note>
    </article>
  );
}

function BigCode({ code }: { code: string }) {
  const [isCopied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(code);
    setCopied(true);
    announce('The code is copied.');
  }
  return (
    <div class="bigcode">
      <output aria-label="Code">{`${code.slice(0, 3)} ${code.slice(3)}`}</output>
      <button class="btn sm" type="button" onClick={() => void copy()}>
        {isCopied ? 'Copied' : 'Copy code'}
      </button>
    </div>
  );
}

const NoLetter = () => (
  <article class="letter none">
    <h1>No mail yet.</h1>
    <p>Whatever this machine would send turns up here by itself: codes, confirmations, welcomes.</p>
  </article>
);

const Silent = () => (
  <div class="letter none" role="alert">
    <h1>The mailbox does not answer.</h1>
    <p>Is the laptop cloud running? This page looks again every two seconds.</p>
  </div>
);

function when(sentAt: string): string {
  const sent = new Date(sentAt);
  const [day, today] = [dayOf(sent), dayOf(deviceDate())];
  if (day === today) return clock(sent);
  return day > dayAfter(today, -6) ? weekday(sent).slice(0, 3) : short(day, today);
}
