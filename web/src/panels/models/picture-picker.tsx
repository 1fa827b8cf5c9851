/** A picture of the gallery for a model. */
import { Images } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { thumbnailUrl, useGallery } from '../../api/images.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Sheet } from '../../components/sheet.tsx';
import { useWords } from './use-words.ts';

interface PicturePickerProps {
  name: string;
  isOpen: boolean;
  onClose: () => void;
  onChoose: (image: string) => void;
}

export function PicturePicker({ name, isOpen, onClose, onChoose }: PicturePickerProps) {
  const { m } = useWords();
  const { t } = useTranslation();
  const { images, hasMore, isLoadingMore, loadMore } = useGallery('');
  return (
    <Sheet
      isTall
      isOpen={isOpen}
      title={m('picture.title', { name })}
      closeLabel={m('picture.close')}
      onClose={onClose}
    >
      {images.length === 0 ? (
        <EmptyState icon={<Images size={28} />} title={m('picture.none')} hint={m('picture.noneHint')} />
      ) : (
        <div className="flex flex-col gap-3 p-4">
          <p className="text-soft">{m('picture.lead')}</p>
          <ul className="grid grid-cols-[repeat(auto-fill,minmax(6.5rem,1fr))] gap-2">
            {images.map((image) => (
              <li key={image.id}>
                <button
                  type="button"
                  aria-label={`${m('picture.use')}: ${image.prompt === '' ? t('stage.noPrompt') : image.prompt}`}
                  onClick={() => onChoose(image.id)}
                  className="block w-full overflow-hidden rounded-xs"
                >
                  <img
                    src={thumbnailUrl(image.id)}
                    alt=""
                    loading="lazy"
                    className="aspect-square w-full bg-sunken object-cover transition-opacity hover:opacity-85"
                  />
                </button>
              </li>
            ))}
          </ul>
          {hasMore && (
            <Button disabled={isLoadingMore} onClick={loadMore} className="self-center">
              {m('picture.more')}
            </Button>
          )}
        </div>
      )}
    </Sheet>
  );
}
