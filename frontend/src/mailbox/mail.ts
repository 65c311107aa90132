/** The mails that the laptop caught. */

export interface Mail {
  id: string;
  to: string[];
  from: string;
  subject: string;
  text: string;
  html: string | null;
  sent_at: string;
}

/** A mail as the mailbox gives it: its time as RFC 3339 or in seconds since 1970, no HTML as null or empty. */
type Raw = Omit<Mail, 'sent_at'> & { sent_at: string | number };

const moment = (sentAt: string | number): string =>
  typeof sentAt === 'number' ? new Date(sentAt * 1000).toISOString() : sentAt;

/** Newest first. */
export async function readMails(url: string): Promise<Mail[]> {
  const answer = await fetch(url, { headers: { Accept: 'application/json' }, cache: 'no-store' });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const { messages } = (await answer.json()) as { messages: Raw[] };
  return messages.map(mail => ({ ...mail, html: mail.html || null, sent_at: moment(mail.sent_at) }));
}

/** The six digits that a mail is about, if it is about any. */
export function codeIn({ subject, text }: Pick<Mail, 'subject' | 'text'>): string | null {
  return /(?<![\w.-])(\d{6})(?![\w-])/.exec(`${subject}\n${text}`)?.[1] ?? null;
}

/** The sender's name, or the part of the address that says most. */
export function nameIn(from: string): string {
  const named = /^\s*"?([^"<]*?)"?\s*<[^>]*>\s*$/.exec(from)?.[1];
  return named || from.replace(/^\s*<|>\s*$/g, '');
}

export interface Part {
  text: string;
  isLink: boolean;
}

/** Plain text with the addresses in it told apart. */
export function linked(text: string): Part[] {
  return text
    .split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])/)
    .map((each, place) => ({ text: each, isLink: place % 2 === 1 }))
    .filter(part => part.text !== '');
}
