/** Long stretches in which two versions agree, shortened: the differences are what is looked for. */
import type { Piece } from '../todos/differences';

const KEPT = 120;

export function condense(pieces: Piece[]): Piece[] {
  return pieces.map((piece, place) => {
    if (piece.isDifferent) return piece;
    const isFirst = place === 0;
    const isLast = place === pieces.length - 1;
    const kept = KEPT * (isFirst || isLast ? 1 : 2);
    if (piece.text.length <= kept + KEPT) return piece;
    const head = isFirst ? '' : piece.text.slice(0, KEPT).replace(/\S*$/, '');
    const tail = isLast ? '' : piece.text.slice(-KEPT).replace(/^\S*/, '');
    return { text: `${head}…${tail}`, isDifferent: false };
  });
}
