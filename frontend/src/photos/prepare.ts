/** Looks at a photo before it is sent, and makes one that is too large smaller. */
import { readable } from '../ui/text';
import { MAX_BYTES, objection } from './check';

export type Prepared = { file: File } | { objection: string };

/** A photo that the browser has opened, with the width and height that a person sees. */
export interface Picture {
  width: number;
  height: number;
  /** Null where the browser cannot write this type. */
  encode(width: number, height: number, type: string): Promise<Blob | null>;
  close(): void;
}

/** What the function that makes thumbnails opens: docs/media.md. */
export const MAX_PIXELS = 25_000_000;
/** What the canvas of every browser holds; Safari's holds no more. */
const MAX_CANVAS_PIXELS = 4096 * 4096;
const SMALLER = 0.7;
const MOST_TRIES = 6;

/** Gives the file as it is where it fits, else a smaller copy of it, else what stands against it. */
export async function prepare(
  file: File,
  open: (file: Blob) => Promise<Picture | null> = openPicture,
): Promise<Prepared> {
  const why = objection(file);
  if (why) return { objection: why };
  const picture = await open(file);
  if (!picture) {
    return {
      objection: `${readable(file.name)} cannot be read as a picture. Saving it again as a JPEG usually helps.`,
    };
  }
  try {
    if (file.size <= MAX_BYTES && picture.width * picture.height <= MAX_PIXELS) return { file };
    if (file.type === 'image/gif')
      return { objection: `${readable(file.name)} is too large; a smaller GIF will work.` };
    const smaller = await shrink(file, picture);
    return smaller
      ? { file: smaller }
      : { objection: `${readable(file.name)} is too large; a smaller copy will work.` };
  } finally {
    picture.close();
  }
}

async function shrink(file: File, picture: Picture): Promise<File | null> {
  // WebP keeps what is transparent.
  const type = file.type === 'image/jpeg' ? 'image/jpeg' : 'image/webp';
  let scale = Math.min(1, Math.sqrt(MAX_CANVAS_PIXELS / (picture.width * picture.height)));
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const sides = [picture.width, picture.height].map(side => Math.max(1, Math.floor(side * scale)));
    const [width = 1, height = 1] = sides;
    const written = await picture.encode(width, height, type).catch(() => null);
    const blob = written ?? (await picture.encode(width, height, 'image/jpeg').catch(() => null));
    if (!blob) return null;
    if (blob.size <= MAX_BYTES) return new File([blob], renamed(file, blob.type), { type: blob.type });
    scale *= SMALLER;
  }
  return null;
}

/** The ending says what the file is now. */
function renamed({ name, type }: File, now: string): string {
  return type === now
    ? name
    : `${name.replace(/\.[^.]{1,10}$/, '')}.${now === 'image/webp' ? 'webp' : 'jpg'}`;
}

/** The colour of the page, which thumbnails have too, for what is transparent and becomes a JPEG. */
const PAGE_COLOUR = '#fcfcfb';
const QUALITY = 0.9;

/** Null where the browser cannot read it. An image element turns the photo as its camera was held. */
async function openPicture(file: Blob): Promise<Picture | null> {
  const url = URL.createObjectURL(file);
  const image = new Image();
  const isLoaded = await new Promise<boolean>(resolve => {
    image.onload = () => resolve(image.naturalWidth > 0);
    image.onerror = () => resolve(false);
    image.src = url;
  });
  if (!isLoaded) {
    URL.revokeObjectURL(url);
    return null;
  }
  return {
    width: image.naturalWidth,
    height: image.naturalHeight,
    encode: (width, height, type) => encode(image, width, height, type),
    close: () => URL.revokeObjectURL(url),
  };
}

async function encode(
  image: HTMLImageElement,
  width: number,
  height: number,
  type: string,
): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.imageSmoothingQuality = 'high';
  if (type === 'image/jpeg') {
    context.fillStyle = PAGE_COLOUR;
    context.fillRect(0, 0, width, height);
  }
  context.drawImage(image, 0, 0, width, height);
  const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, type, QUALITY));
  // Browsers free the memory of a canvas without pixels at once.
  canvas.width = 0;
  // A type that the browser cannot write becomes a PNG.
  return blob?.type === type ? blob : null;
}
