/** What the address says about the view, and the order that this device remembers. */
import { useEffect, useState } from 'preact/hooks';
import { type Filter, filterOf, type Sort } from './view';

const SORT = 'mytodolist.sort';

export function useFilter(): Filter {
  const [filter, setFilter] = useState(() => filterOf(location.hash));
  useEffect(() => {
    const onChange = () => setFilter(filterOf(location.hash));
    // It may have changed before this was listening.
    onChange();
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return filter;
}

export function useSort(): [Sort, (sort: Sort) => void] {
  const [sort, setSort] = useState<Sort>(() => (localStorage.getItem(SORT) === 'due' ? 'due' : 'created'));
  return [
    sort,
    chosen => {
      localStorage.setItem(SORT, chosen);
      setSort(chosen);
    },
  ];
}
