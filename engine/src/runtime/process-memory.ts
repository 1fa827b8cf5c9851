/** How large this process became. Linux tells; elsewhere nothing is said rather than guessed. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface PeakWatch {
  /** Highest resident size since the watch began, pages mapped from files included; null where it is not known. */
  peakBytes(): number | null;
}

const UNKNOWN: PeakWatch = { peakBytes: () => null };

/** @param isTelling whether the process holds nothing yet that its peak would be mistaken for */
export function watchPeak(isTelling: boolean): PeakWatch {
  if (process.platform !== 'linux' || !isTelling) return UNKNOWN;
  try {
    // 5 sets the kernel's high-water mark back to the present size.
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    return UNKNOWN;
  }
  return {
    peakBytes() {
      const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
      return kilobytes === undefined ? null : Number(kilobytes) * 1024;
    },
  };
}
