/** A small frame in the proportions of a picture. */

interface AspectGlyphProps {
  /** Width divided by height. */
  ratio: number;
  size?: number;
}

export function AspectGlyph({ ratio, size = 16 }: AspectGlyphProps) {
  const longest = size - 3;
  const width = ratio >= 1 ? longest : longest * ratio;
  const height = ratio >= 1 ? longest / ratio : longest;
  return (
    <svg width={size} height={size} viewBox={`0 0 ${size} ${size}`} aria-hidden="true" className="shrink-0">
      <rect
        x={(size - width) / 2}
        y={(size - height) / 2}
        width={width}
        height={height}
        rx="1.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
      />
    </svg>
  );
}
