/** What the account pages share: the settings, the session, the drawing beside the form. */
import { type ComponentChildren, render } from 'preact';
import { type Config, loadConfig } from '../config';
import { showFault } from '../ui/fault';
import { configureSession } from './session';

type Content = (config: Config) => ComponentChildren | Promise<ComponentChildren>;

export async function startPage(content: Content): Promise<void> {
  const main = document.getElementById('main');
  if (!main) return;
  try {
    const config = await loadConfig();
    configureSession(config);
    const shown = await content(config);
    main.replaceChildren();
    render(shown, main);
  } catch (failure) {
    showFault(main, failure);
  }
}

export const Beside = ({ children }: { children: ComponentChildren }) => (
  <>
    {children}
    <div class="art" aria-hidden="true" />
  </>
);
