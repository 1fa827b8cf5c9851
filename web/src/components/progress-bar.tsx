/** A thin bar. Without a fraction it says only that something goes on. */
import { clsx } from 'clsx';

interface ProgressBarProps {
  label: string;
  /** 0 to 1; null = unknown. */
  fraction: number | null;
  className?: string;
}

export function ProgressBar({ label, fraction, className }: ProgressBarProps) {
  const percent = fraction === null ? undefined : Math.floor(fraction * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={clsx('h-1 overflow-hidden rounded-full bg-line', className)}
    >
      {percent === undefined ? (
        <div className="h-full w-1/3 animate-sweep rounded-full bg-accent" />
      ) : (
        <div
          className="h-full origin-left rounded-full bg-accent transition-[scale] duration-200"
          style={{ scale: `${fraction ?? 0} 1` }}
        />
      )}
    </div>
  );
}
