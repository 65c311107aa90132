/** A QR code, drawn once its library has come. */
import { useEffect, useState } from 'preact/hooks';

const QUIET_ZONE = 4;

export function QrCode({ text, label }: { text: string; label: string }) {
  const [drawing, setDrawing] = useState<{ path: string; size: number } | null>(null);
  useEffect(() => {
    let isWanted = true;
    void import('lean-qr').then(({ generate }) => {
      const code = generate(text);
      if (isWanted) setDrawing({ path: pathOf(code), size: code.size });
    });
    return () => {
      isWanted = false;
    };
  }, [text]);

  if (!drawing) return <div class="qr" />;
  const { path, size } = drawing;
  const side = size + 2 * QUIET_ZONE;
  return (
    <svg class="qr" viewBox={`${-QUIET_ZONE} ${-QUIET_ZONE} ${side} ${side}`} role="img" aria-label={label}>
      <path d={path} shape-rendering="crispEdges" />
    </svg>
  );
}

/** One rectangle a run of dark modules. */
function pathOf(code: { size: number; get(x: number, y: number): boolean }): string {
  let path = '';
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (!code.get(x, y)) continue;
      const start = x;
      while (code.get(x + 1, y)) x += 1;
      path += `M${start} ${y}h${x - start + 1}v1h${start - x - 1}z`;
    }
  }
  return path;
}
