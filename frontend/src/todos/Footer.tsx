/** How many are left, which are shown, and the broom. */
import type { Filter, View } from './view';
import { plural } from './words';

interface FooterProps {
  view: View;
  filter: Filter;
  onClear(): void;
}

const FILTERS: { filter: Filter; href: string; label: string }[] = [
  { filter: 'all', href: '#/', label: 'All' },
  { filter: 'active', href: '#/active', label: 'Active' },
  { filter: 'completed', href: '#/completed', label: 'Completed' },
];

export function Footer({ view: { left, done, isLeftExact }, filter: shown, onClear }: FooterProps) {
  return (
    // The list's own controls, not a form's
    <div class="footer" role="group" aria-label="List controls">
      <span class="todo-count">
        {!isLeftExact && 'At least '}
        <strong>{left}</strong> {plural(left, 'item')} left
      </span>
      <ul class="filters">
        {FILTERS.map(({ filter, href, label }) => (
          <li key={filter}>
            <a
              class={filter === shown ? 'selected' : ''}
              href={href}
              aria-current={filter === shown ? 'true' : undefined}
            >
              {label}
            </a>
          </li>
        ))}
      </ul>
      {done > 0 && (
        <button class="clear-completed" type="button" onClick={onClear}>
          Clear completed
        </button>
      )}
    </div>
  );
}
