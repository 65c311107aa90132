/** Oldest first, or soonest due first. */
import { Icon } from '../ui/Icon';
import type { Sort } from './view';

export function SortSwitch({ sort, onSort }: { sort: Sort; onSort(sort: Sort): void }) {
  const isByDue = sort === 'due';
  return (
    <button
      class="sort link"
      type="button"
      aria-pressed={isByDue}
      onClick={() => onSort(isByDue ? 'created' : 'due')}
    >
      <Icon name="sort" />
      <span>Soonest first</span>
    </button>
  );
}
