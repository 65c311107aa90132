/** Marks the words in which two texts differ. */

export interface Piece {
  text: string;
  isDifferent: boolean;
}

export function differences(one: string, other: string): [Piece[], Piece[]] {
  const [ours, theirs] = [words(one), words(other)];
  const common = commonWords(ours, theirs);
  return [
    pieces(
      ours,
      common.map(([place]) => place),
    ),
    pieces(
      theirs,
      common.map(([, place]) => place),
    ),
  ];
}

/** Words, and what stands between them; by the rules of the text's own script. */
function words(text: string): string[] {
  return [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)].map(
    ({ segment }) => segment,
  );
}

/** The places of a longest common subsequence. */
function commonWords(one: string[], other: string[]): [number, number][] {
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  const room = Math.min(one.length, other.length) - start;
  while (end < room && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;

  const middle = longest(one.slice(start, one.length - end), other.slice(start, other.length - end));
  return [
    ...Array.from({ length: start }, (_, place): [number, number] => [place, place]),
    ...middle.map(([left, right]): [number, number] => [left + start, right + start]),
    ...Array.from({ length: end }, (_, place): [number, number] => [
      one.length - end + place,
      other.length - end + place,
    ]),
  ];
}

// Beyond this the table would fill the memory of a phone; then all of the middle counts as different.
const LARGEST_TABLE = 4_000_000;

function longest(one: string[], other: string[]): [number, number][] {
  if (one.length * other.length > LARGEST_TABLE) return [];
  const width = other.length + 1;
  const lengths = new Uint16Array((one.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = one.length - 1; row >= 0; row -= 1) {
    for (let column = other.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        one[row] === other[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const places: [number, number][] = [];
  for (let row = 0, column = 0; row < one.length && column < other.length;) {
    if (one[row] === other[column]) {
      places.push([row, column]);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return places;
}

function pieces(all: string[], common: number[]): Piece[] {
  const shared = new Set(common);
  const found: Piece[] = [];
  all.forEach((text, place) => {
    // A lone space between two differing words belongs to the difference.
    const isGap = text.trim() === '' && !shared.has(place - 1) && !shared.has(place + 1) && place > 0;
    const isDifferent = !shared.has(place) || (isGap && place + 1 < all.length);
    const last = found.at(-1);
    if (last?.isDifferent === isDifferent) last.text += text;
    else found.push({ text, isDifferent });
  });
  return found.flatMap(trimmed);
}

/** The mark covers words, not the spaces around them. */
function trimmed(piece: Piece): Piece[] {
  if (!piece.isDifferent) return [piece];
  const inner = piece.text.trim();
  if (inner === '') return [{ text: piece.text, isDifferent: false }];
  const start = piece.text.indexOf(inner);
  return [
    { text: piece.text.slice(0, start), isDifferent: false },
    { text: inner, isDifferent: true },
    { text: piece.text.slice(start + inner.length), isDifferent: false },
  ].filter(({ text }) => text !== '');
}
