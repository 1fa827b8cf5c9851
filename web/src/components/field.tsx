/**
 * The frame of one parameter: name, help, mark and reset when it differs from the model's default, and what is wrong
 * with it. The control itself is the child.
 */
import { Popover } from '@base-ui/react/popover';
import { CircleHelp, RotateCcw } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { IconButton } from './icon-button.tsx';

import type { ReactNode } from 'react';

export interface FieldProps {
  /** Id of the control the label belongs to. */
  id: string;
  name: string;
  help?: string | undefined;
  isChanged?: boolean;
  /** The default as text, for the reset button's name. */
  defaultText?: string;
  onReset?: (() => void) | undefined;
  error?: string | undefined;
  /** Stands at the end of the label's row, e.g. a number field of a slider. */
  aside?: ReactNode;
  /** The control is a group rather than one input: the name is then no label element. */
  isGroup?: boolean;
  children?: ReactNode;
}

export const errorIdOf = (id: string): string => `${id}-error`;
export const nameIdOf = (id: string): string => `${id}-name`;

export function Field({
  id,
  name,
  help,
  isChanged = false,
  defaultText = '',
  onReset,
  error,
  aside,
  isGroup,
  children,
}: FieldProps) {
  const { t } = useTranslation();
  const Name = isGroup ? 'span' : 'label';
  return (
    <div className="flex flex-col gap-1" data-field={id}>
      <div className="flex min-h-7 items-center phone:min-h-11">
        <Name
          id={nameIdOf(id)}
          {...(isGroup ? {} : { htmlFor: id })}
          className="flex items-center gap-1.5 truncate text-xs font-medium text-soft"
        >
          {name}
          {isChanged && (
            <span className="size-1.5 shrink-0 rounded-full bg-accent">
              <span className="sr-only">{`, ${t('parameters.changed')}`}</span>
            </span>
          )}
        </Name>
        {help !== undefined && <Help name={name} text={help} />}
        {isChanged && onReset && (
          <IconButton
            look="small"
            label={t('parameters.resetOne', { name, value: defaultText })}
            icon={<RotateCcw size={13} />}
            onClick={onReset}
          />
        )}
        {aside !== undefined && <div className="ml-auto flex items-center">{aside}</div>}
      </div>
      {children}
      {error !== undefined && (
        <p id={errorIdOf(id)} className="text-xs text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

function Help({ name, text }: { name: string; text: string }) {
  const { t } = useTranslation();
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={t('parameters.help', { name })}
        className="inline-flex size-6 shrink-0 items-center justify-center rounded-md text-faint hover:bg-hover hover:text-ink data-popup-open:bg-hover data-popup-open:text-ink phone:size-11"
      >
        <CircleHelp size={13} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner side="top" align="start" sideOffset={6} collisionPadding={12} className="z-60">
          <Popover.Popup className="popup max-w-72 p-3">
            <Popover.Title className="mb-1 text-xs font-semibold">{name}</Popover.Title>
            <Popover.Description className="text-sm text-soft">{text}</Popover.Description>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
