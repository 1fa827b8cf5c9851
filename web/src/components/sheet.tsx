/** A panel that comes up from the bottom of a phone, or stands in the middle of a larger screen as a dialog. */
import { Dialog } from '@base-ui/react/dialog';
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { useRef } from 'react';

import type { ReactNode } from 'react';

interface SheetProps {
  isOpen: boolean;
  title: string;
  closeLabel: string;
  /** Beside the title, e.g. a count. */
  aside?: ReactNode;
  /** Takes the whole height even when it holds little. */
  isTall?: boolean;
  onClose: () => void;
  children: ReactNode;
}

export function Sheet({ isOpen, title, closeLabel, aside, isTall = false, onClose, children }: SheetProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-veil transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Viewport className="fixed inset-0 z-50 flex items-center justify-center p-6 phone:items-end phone:p-0">
          <Dialog.Popup
            ref={popup}
            initialFocus={popup}
            className={clsx(
              'flex max-h-full w-full max-w-xl flex-col overflow-hidden rounded-xl border border-line bg-surface shadow-float outline-none phone:max-h-[92dvh] phone:max-w-none phone:rounded-b-none phone:border-x-0 phone:border-b-0',
              'transition-[opacity,translate] duration-200 ease-quiet data-ending-style:translate-y-4 data-ending-style:opacity-0 data-starting-style:translate-y-4 data-starting-style:opacity-0',
              isTall && 'phone:h-[92dvh]',
            )}
          >
            <header className="flex min-h-12 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
              <Dialog.Title className="panel-title">{title}</Dialog.Title>
              {aside}
              <Dialog.Close
                aria-label={closeLabel}
                className="ml-auto inline-flex size-control items-center justify-center rounded-md text-soft hover:bg-hover hover:text-ink"
              >
                <X size={16} />
              </Dialog.Close>
            </header>
            <div
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what has nothing to press is scrolled by keys
              tabIndex={0}
              className="min-h-0 flex-1 overflow-y-auto overscroll-contain pb-[env(safe-area-inset-bottom)] -outline-offset-2"
            >
              {children}
            </div>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
