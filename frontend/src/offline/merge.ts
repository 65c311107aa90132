/** Three-way merge of a todo: what the person saw, what they made of it, what somebody else made of it. */
import type { Todo } from '../api/types';
import { type FieldName, type Fields, names, pick, same, together } from './change';

export interface Merged {
  /** Ours alone, and still to be written. */
  rest: Partial<Fields>;
  /** Fields that both sides wrote, differently: a choice for the person. */
  clashing: FieldName[];
}

export function merge(seen: Partial<Fields>, mine: Partial<Fields>, theirs: Todo): Merged {
  const isSame = (one: Partial<Fields>, name: FieldName): boolean =>
    together(name).every(each => same(one[each], theirs[each]));
  const wanted = names(mine).filter(name => !isSame(mine, name));
  return {
    rest: pick(
      mine,
      wanted.filter(name => isSame(seen, name)),
    ),
    clashing: wanted.filter(name => !isSame(seen, name)),
  };
}
