/** Makes elements; words are always text, never markup. */

type Attributes = Record<string, string>;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';
const PATHS = {
  mail: 'M2.8 4.8h14.4v10.4H2.8zM3.2 5.4l6.8 5.3 6.8-5.3',
  done: 'M10 2.25a7.75 7.75 0 1 0 0 15.5a7.75 7.75 0 1 0 0-15.5zM6.6 10.3l2.4 2.4 4.6-5.2',
  warning: 'M10 3.2 17.6 16.5H2.4zM10 8.3v3.7M10 14.2h.01',
};

export function icon(name: keyof typeof PATHS): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'i');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

export const note = (tone: 'good' | 'bad', title: string, text: string): HTMLElement =>
  element(
    'div',
    { class: `note ${tone}` },
    icon(tone === 'good' ? 'done' : 'warning'),
    element('span', {}, element('b', {}, title), ` ${text}`),
  );

/** A button that says that it is at work, and does nothing more until it is done. */
export async function whileBusy(
  button: HTMLButtonElement,
  word: string,
  work: () => Promise<void>,
): Promise<void> {
  if (button.getAttribute('aria-disabled') === 'true') return;
  const label = [...button.childNodes];
  button.setAttribute('aria-disabled', 'true');
  button.replaceChildren(element('span', { class: 'spin', 'aria-hidden': 'true' }), word);
  try {
    await work();
  } finally {
    button.removeAttribute('aria-disabled');
    button.replaceChildren(...label);
  }
}
