/** A model's picture, or where there is none, its first letter on a quiet ground. */
import { clsx } from 'clsx';
import { useState } from 'react';

import { modelPreviewUrl } from '../../api/models.ts';

import type { ModelView } from '@easel/shared/http/models';

interface ModelPictureProps {
  model: Pick<ModelView, 'id' | 'name' | 'preview' | 'isUsable' | 'kind'>;
  /** Empty where the name stands beside it. */
  alt: string;
  className?: string;
}

const firstLetterOf = (name: string): string => [...name.replace(/^[\W_]+/u, '')][0] ?? [...name][0] ?? '';

export function ModelPicture({ model, alt, className }: ModelPictureProps) {
  // The version of a picture that could not be read.
  const [broken, setBroken] = useState<string | null>(null);
  if (model.preview === null || model.preview === broken) {
    return (
      <span
        aria-hidden
        className={clsx('grid place-items-center bg-sunken font-serif text-display text-faint select-none', className)}
      >
        {firstLetterOf(model.name).toUpperCase()}
      </span>
    );
  }
  return (
    <img
      src={modelPreviewUrl(model.id, model.preview)}
      alt={alt}
      loading="lazy"
      decoding="async"
      onError={() => setBroken(model.preview)}
      className={clsx('bg-sunken object-cover', className)}
    />
  );
}
