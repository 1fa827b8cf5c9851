/** Types of chromium.mjs, for the browser tests. */
export function findChromium(): string | null;
