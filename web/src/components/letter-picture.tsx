/** A picture of a file, or where there is none, the first letter of its name on a quiet ground. */
import { clsx } from 'clsx';
import { useState } from 'react';

interface LetterPictureProps {
  /** null = there is none. */
  src: string | null;
  name: string;
  /** Empty where the name stands beside it. */
  alt: string;
  className?: string | undefined;
}

const firstLetterOf = (name: string): string => [...name.replace(/^[\W_]+/u, '')][0] ?? [...name][0] ?? '';

export function LetterPicture({ src, name, alt, className }: LetterPictureProps) {
  // The address of a picture that could not be read.
  const [broken, setBroken] = useState<string | null>(null);
  if (src === null || src === broken) {
    return (
      // A drawing, not a text: it is no part of what a button around it says.
      <span
        aria-hidden
        data-letter={firstLetterOf(name).toUpperCase()}
        className={clsx(
          'grid place-items-center bg-sunken font-serif text-display text-faint select-none before:content-[attr(data-letter)]',
          className,
        )}
      />
    );
  }
  return (
    <img
      src={src}
      alt={alt}
      loading="lazy"
      decoding="async"
      onError={() => setBroken(src)}
      className={clsx('bg-sunken object-cover', className)}
    />
  );
}
