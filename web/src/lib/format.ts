/** Values in the words of the language: times, sizes, first words. */

const formatter = (language: string, unit: string, maximumFractionDigits = 0): Intl.NumberFormat =>
  new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits });

/** A remaining or spent time, coarse: `3 sec`, `1 min 20 sec`, `2 hr 5 min`. */
export function formatDuration(ms: number, language: string): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 60) return formatter(language, 'second').format(seconds);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    const rest = seconds % 60;
    const head = formatter(language, 'minute').format(minutes);
    return rest === 0 ? head : `${head} ${formatter(language, 'second').format(rest)}`;
  }
  const head = formatter(language, 'hour').format(Math.floor(minutes / 60));
  return minutes % 60 === 0 ? head : `${head} ${formatter(language, 'minute').format(minutes % 60)}`;
}

const SIZE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A file size in decimal units: `24 MB`, `2.1 GB`. */
export function formatBytes(bytes: number, language: string): string {
  const power = bytes < 1 ? 0 : Math.min(SIZE_UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return formatter(language, SIZE_UNITS[power] ?? 'byte', value < 10 && power > 0 ? 1 : 0).format(value);
}

/** Date and time of day, short. */
export function formatMoment(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** Time of day only. */
export function formatTime(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(new Date(iso));
}

/** The beginning of a prompt in one line, cut at a word. */
export function firstWords(prompt: string, longest = 60): string {
  const line = prompt.trim().replace(/\s+/g, ' ');
  if (line.length <= longest) return line;
  const cut = line.slice(0, longest);
  const space = cut.lastIndexOf(' ');
  return `${(space > longest / 2 ? cut.slice(0, space) : cut).replace(/[,.;:]$/, '')}…`;
}
