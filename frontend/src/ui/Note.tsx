/** A line about the thing it stands beside. */
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon';

interface NoteProps {
  tone?: 'plain' | 'good' | 'warn' | 'bad';
  icon?: IconName;
  children: ComponentChildren;
}

export function Note({ tone = 'plain', icon, children }: NoteProps) {
  const isUrgent = tone === 'bad';
  return (
    <div class={`note ${tone}`} role={isUrgent ? 'alert' : undefined}>
      <Icon name={icon ?? (tone === 'plain' || tone === 'good' ? 'info' : 'warning')} />
      <div>{children}</div>
    </div>
  );
}
