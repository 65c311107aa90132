/** ULIDs: 26 characters that sort by the moment they were made. https://github.com/ulid/spec */

import { deviceTime } from '../ui/device-clock';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;

export interface UlidSource {
  now(): number;
  /** Fills the array with random bytes. */
  random(bytes: Uint8Array<ArrayBuffer>): void;
}

/** Makes ULIDs that also sort among those made in the same millisecond. */
export function ulids({ now, random }: UlidSource): () => string {
  let lastTime = -1;
  let digits: number[] = [];
  return () => {
    const time = Math.max(now(), lastTime);
    digits = time === lastTime ? following(digits) : fresh(random);
    lastTime = time;
    return encodeTime(time) + digits.map(digit => ALPHABET[digit]).join('');
  };
}

export const newUlid = ulids({ now: deviceTime, random: bytes => crypto.getRandomValues(bytes) });

function fresh(random: UlidSource['random']): number[] {
  const bytes = new Uint8Array(RANDOM_LENGTH);
  random(bytes);
  const digits = [...bytes].map(byte => byte & 31);
  // Half of the range, so that counting on from here never overflows.
  digits[0] = (digits[0] ?? 0) & 15;
  return digits;
}

function following(digits: number[]): number[] {
  const next = [...digits];
  for (let place = next.length - 1; place >= 0; place -= 1) {
    const digit = next[place] ?? 0;
    if (digit < 31) {
      next[place] = digit + 1;
      return next;
    }
    next[place] = 0;
  }
  return next;
}

function encodeTime(time: number): string {
  let rest = time;
  let text = '';
  for (let place = 0; place < TIME_LENGTH; place += 1) {
    text = ALPHABET[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
