/** What the toolbar does to Markdown, as one replacement: it can be undone like anything typed. */

export type Format = 'heading' | 'bold' | 'italic' | 'link' | 'quote' | 'code';

export interface Selection {
  start: number;
  end: number;
}

export interface Replacement extends Selection {
  text: string;
  /** What is selected afterwards. */
  select: Selection;
}

const ROUND: Partial<Record<Format, string>> = { bold: '**', italic: '*' };
const BEFORE: Partial<Record<Format, string>> = { heading: '## ', quote: '> ' };
const STAND_IN: Record<Format, string> = {
  heading: 'Heading',
  bold: 'bold',
  italic: 'italic',
  link: 'words',
  quote: 'Quote',
  code: 'code',
};

export function format(kind: Format, text: string, selection: Selection): Replacement {
  const mark = ROUND[kind];
  if (mark !== undefined) return surround(kind, mark, text, selection);
  const prefix = BEFORE[kind];
  if (prefix !== undefined) return prefixLines(kind, prefix, text, selection);
  return kind === 'link' ? link(text, selection) : code(text, selection);
}

/** Puts a block on lines of its own at the selection. */
export function insertBlock(block: string, text: string, { start, end }: Selection): Replacement {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const gap = before === '' || before.endsWith('\n\n') ? '' : before.endsWith('\n') ? '\n' : '\n\n';
  const rest = after === '' || after.startsWith('\n\n') ? '\n' : after.startsWith('\n') ? '\n' : '\n\n';
  const inserted = gap + block + rest;
  const place = start + inserted.length;
  return { start, end, text: inserted, select: { start: place, end: place } };
}

function surround(kind: Format, mark: string, text: string, { start, end }: Selection): Replacement {
  const size = mark.length;
  const isInside = text.slice(start - size, start) === mark && text.slice(end, end + size) === mark;
  if (isInside && start >= size) {
    const inner = text.slice(start, end);
    const select = { start: start - size, end: end - size };
    return { start: start - size, end: end + size, text: inner, select };
  }
  const inner = text.slice(start, end) || STAND_IN[kind];
  const select = { start: start + size, end: start + size + inner.length };
  return { start, end, text: mark + inner + mark, select };
}

function prefixLines(kind: Format, prefix: string, text: string, { start, end }: Selection): Replacement {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const next = text.indexOf('\n', end);
  const to = next === -1 ? text.length : next;
  const lines = text.slice(from, to).split('\n');
  const has = lines.every(line => line.startsWith(prefix));
  const made = lines.map(line =>
    has ? line.slice(prefix.length) : prefix + (line || (lines.length === 1 ? STAND_IN[kind] : '')),
  );
  const whole = made.join('\n');
  const skip = has ? 0 : prefix.length;
  return { start: from, end: to, text: whole, select: { start: from + skip, end: from + whole.length } };
}

function link(text: string, { start, end }: Selection): Replacement {
  const chosen = text.slice(start, end);
  const isAddress = /^https?:\/\/\S+$/.test(chosen);
  const words = isAddress ? STAND_IN.link : chosen || STAND_IN.link;
  const address = isAddress ? chosen : 'https://';
  const place = isAddress ? start + 1 : start + words.length + 3;
  const length = isAddress ? words.length : address.length;
  return { start, end, text: `[${words}](${address})`, select: { start: place, end: place + length } };
}

function code(text: string, selection: Selection): Replacement {
  const chosen = text.slice(selection.start, selection.end);
  if (!chosen.includes('\n')) return surround('code', '`', text, selection);
  const fence = '```\n';
  const whole = `${fence}${chosen.replace(/\n$/, '')}\n\`\`\``;
  return {
    ...selection,
    text: whole,
    select: { start: selection.start + 3, end: selection.start + 3 },
  };
}

/** How a photo stands in the text; its words are for those who cannot see it. */
export const photoMarkdown = (media: string, name: string): string =>
  `![${name.replace(/\.[a-z0-9]+$/i, '').replace(/[[\]\\]/g, ' ')}](photo:${media})`;

/** The text without a photo, which has turned out to be none. */
export const withoutPhoto = (body: string, media: string): string =>
  body.replace(new RegExp(`!\\[[^\\]]*\\]\\(photo:${media}\\)\\n{0,2}`, 'g'), '');

export const wordsIn = (text: string): number => text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu)?.length ?? 0;
