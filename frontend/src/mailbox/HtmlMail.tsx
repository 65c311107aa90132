/**
 * A mail's HTML, in a frame without scripts. The page's own Content-Security-Policy holds in the frame too and
 * refuses styles written into the markup, so they are taken out of it and put on by the style objects instead.
 */
import { useRef } from 'preact/hooks';

interface Prepared {
  html: string;
  /** The style attributes, by the number that took their place. */
  attributes: string[];
  sheets: string[];
}

const MARK = 'data-style';
const SHEET = 'data-sheet';

export function HtmlMail({ title, html }: { title: string; html: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const prepared = prepare(html);

  function dress(): void {
    const document = frame.current?.contentDocument;
    const Sheet = (document?.defaultView as (Window & typeof globalThis) | null)?.CSSStyleSheet;
    if (!document || !Sheet || !frame.current) return;
    document.adoptedStyleSheets = prepared.sheets.map(text => {
      const sheet = new Sheet();
      sheet.replaceSync(text);
      return sheet;
    });
    for (const element of document.querySelectorAll<HTMLElement>(`[${MARK}]`)) {
      element.style.cssText = prepared.attributes[Number(element.getAttribute(MARK))] ?? '';
    }
    frame.current.style.height = `${document.documentElement.scrollHeight + 2}px`;
  }

  return (
    <iframe
      class="sheet"
      ref={frame}
      title={title}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      srcdoc={prepared.html}
      onLoad={dress}
    />
  );
}

function prepare(html: string): Prepared {
  const document = new DOMParser().parseFromString(disarmed(html), 'text/html');
  const attributes: string[] = [];
  for (const element of document.querySelectorAll(`[${MARK}]`)) {
    const place = attributes.push(element.getAttribute(MARK) ?? '') - 1;
    element.setAttribute(MARK, String(place));
  }
  const sheets = [...document.querySelectorAll(`textarea[${SHEET}]`)].map(style => {
    style.remove();
    return style.textContent ?? '';
  });
  // What the frame would not run or fetch anyway, and would only complain about.
  for (const element of document.querySelectorAll('script, link, meta, base, img[src^="http"]'))
    element.remove();
  for (const link of document.querySelectorAll('a')) {
    link.target = '_blank';
    link.rel = 'noreferrer';
  }
  return { html: document.documentElement.outerHTML, attributes, sheets };
}

/** Styles and event handlers under other names, as even a parser applies the policy to them. */
export const disarmed = (html: string): string =>
  html
    .replace(/<style\b[^>]*>/gi, `<textarea ${SHEET}>`)
    .replace(/<\/style\s*>/gi, '</textarea>')
    .replace(/<[a-z][^>]*>/gi, tag =>
      tag.replace(/\sstyle(\s*=)/gi, ` ${MARK}$1`).replace(/\son[a-z]+(\s*=)/gi, ' data-off$1'),
    );
