/** Line icons on a grid of 20. */

const PATHS = {
  mark: 'M10 2.25a7.75 7.75 0 1 0 0 15.5a7.75 7.75 0 1 0 0-15.5zM6.6 10.3l2.4 2.4 4.6-5.2',
  close: 'm5.5 5.5 9 9m0-9-9 9',
  pencil: 'M4 16l.8-3.4L13.2 4.2l2.6 2.6-8.4 8.4zM11.6 5.8l2.6 2.6',
  fold: 'M5.5 12.5 10 8l4.5 4.5',
  plus: 'M10 4.5v11M4.5 10h11',
  calendar: 'M3.5 5.2h13v11.3h-13zM3.5 8.6h13M7 3v3.4M13 3v3.4',
  tag: 'M3.5 3.5h6l7 7-6 6-7-7zM6.9 6.9h.01',
  note: 'M4 5.5h12M4 10h12M4 14.5h7',
  photo:
    'M3 4.5h14v11H3zM3.4 14l4.1-4.3 3 3 2.4-2.2 3.9 3.6M12.8 6.8a1.1 1.1 0 1 0 0 2.2a1.1 1.1 0 1 0 0-2.2z',
  offline:
    'M3 3l14 14M6 11.5a5.6 5.6 0 0 1 3-1.6M3.2 8.6A10 10 0 0 1 6.6 6.5M9.7 5.6a10 10 0 0 1 7.1 3M13.5 11.2l.5.4M10 15.2h.01',
  warning: 'M10 3.2 17.6 16.5H2.4zM10 8.3v3.7M10 14.2h.01',
  info: 'M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15zM10 9.3v4.3M10 6.4h.01',
  mail: 'M2.8 4.8h14.4v10.4H2.8zM3.2 5.4l6.8 5.3 6.8-5.3',
  person: 'M10 3.3a3.2 3.2 0 1 0 0 6.4a3.2 3.2 0 1 0 0-6.4zM3.8 17a6.3 6.3 0 0 1 12.4 0',
  paragraph: 'M9.5 17V3.2M13.2 17V3.2M15.6 3.2H8.4a3.9 3.9 0 0 0 0 7.8h1.1',
  heading: 'M5 4.5v11M15 4.5v11M5 10h10',
  bold: 'M6 4h4.7a3 3 0 0 1 0 6H6zM6 10h5.5a3 3 0 0 1 0 6H6z',
  italic: 'M8.5 4h6M5.5 16h6M12 4 8 16',
  link: 'M8.5 11.5a3 3 0 0 0 4.3.2l2.5-2.5a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3-.2l-2.5 2.5a3 3 0 0 0 4.3 4.3l1-1',
  quote: 'M4 5v10M8 6.5h8M8 10h8M8 13.5h5',
  code: 'm7 6-4 4 4 4M13 6l4 4-4 4',
  sort: 'M6 4v12m0 0-2.5-2.5M6 16l2.5-2.5M11 5.5h5.5M11 10h4M11 14.5h2.5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="i" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
