/** The sentences of the list. */
import type { Todo } from '../api/types';
import { readable } from '../ui/text';
import { type Day, dueOf, urgency } from './dates';

const SMALL = [
  'no',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];

export const plural = (count: number, one: string, many = `${one}s`): string => (count === 1 ? one : many);

export const counted = (count: number, one: string, many?: string): string =>
  `${count} ${plural(count, one, many)}`;

const inWords = (count: number): string => SMALL[count] ?? String(count);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The line under the date: "Two for today, one overdue." While pages are missing it claims no more than it knows. */
export function lede(todos: Iterable<Todo>, today: Day, isWhole: boolean): string {
  let all = 0;
  let open = 0;
  let late = 0;
  let now = 0;
  for (const todo of todos) {
    all += 1;
    if (todo.completed) continue;
    open += 1;
    const due = dueOf(todo);
    const when = due ? urgency(due.day, today) : 'later';
    if (when === 'late') late += 1;
    if (when === 'today') now += 1;
  }
  const parts = [
    ...(now > 0 ? [`${inWords(now)} for today`] : []),
    ...(late > 0 ? [`${inWords(late)} overdue`] : []),
  ].join(', ');
  if (parts !== '') return isWhole ? `${capital(parts)}.` : `At least ${parts}.`;
  if (!isWhole) return 'A long list. More of it comes as you scroll.';
  if (open > 0) return 'Nothing is due today.';
  return all > 0 ? 'That was everything.' : 'A clear day.';
}

const LONGEST_QUOTE = 60;

/** A title in quotation marks, shortened where it is long. */
export function quoted(title: string): string {
  const shown = readable(title);
  const characters = [...shown];
  return characters.length > LONGEST_QUOTE
    ? `“${characters
        .slice(0, LONGEST_QUOTE - 1)
        .join('')
        .trimEnd()}…”`
    : `“${shown}”`;
}
