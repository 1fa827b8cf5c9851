/** The mark: a canvas on an easel with one stroke of viridian. Drawn in the text's colour, so it fits both themes. */

export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true">
      <path
        d="M16 2.5v3.5M9.7 23.5 6.5 30M22.3 23.5 25.5 30M16 23.5V28"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
      />
      <rect x="4.5" y="6" width="23" height="15" rx="1.5" stroke="currentColor" strokeWidth="2" />
      <path
        d="M8.3 17.6c2.5-4.9 4.7-6.5 6-5.6s-1 4.2.7 4.6 3-3.4 5-4.3 2.8.3 3.5 1.6"
        stroke="var(--color-accent)"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
      <path d="M3.5 23.5h25" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
