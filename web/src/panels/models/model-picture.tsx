/** A model's picture, or where there is none, its first letter on a quiet ground. */
import { modelPreviewUrl } from '../../api/models.ts';
import { LetterPicture } from '../../components/letter-picture.tsx';

import type { ModelView } from '@easel/shared/http/models';

interface ModelPictureProps {
  model: Pick<ModelView, 'id' | 'name' | 'preview' | 'isUsable' | 'kind'>;
  /** Empty where the name stands beside it. */
  alt: string;
  className?: string;
}

export function ModelPicture({ model, alt, className }: ModelPictureProps) {
  const src = model.preview === null ? null : modelPreviewUrl(model.id, model.preview);
  return <LetterPicture src={src} name={model.name} alt={alt} className={className} />;
}
