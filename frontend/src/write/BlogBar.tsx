/** The bar of the desk. */
import type { ComponentChildren } from 'preact';
import { Icon } from '../ui/Icon';

export function BlogBar({ children, class: name = '' }: { children: ComponentChildren; class?: string }) {
  return (
    <header class="bar">
      <a class="mark" href="/blog/">
        <Icon name="paragraph" />
        MyBlog
      </a>
      <div class={`end ${name}`}>{children}</div>
    </header>
  );
}
