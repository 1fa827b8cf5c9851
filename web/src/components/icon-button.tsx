/** A button that is an icon: its label is its name for screen readers and its tooltip. */
import { clsx } from 'clsx';

import { Tip } from './tip.tsx';

import type { ComponentProps, ReactNode } from 'react';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'type' | 'aria-label' | 'children'> {
  label: string;
  icon: ReactNode;
  /** Keys shown in the tooltip. */
  keys?: string | undefined;
  /** For a button that stays pressed. */
  isPressed?: boolean;
  look?: 'quiet' | 'danger' | 'small';
}

export function IconButton({ label, icon, keys, isPressed, look = 'quiet', className, ...rest }: IconButtonProps) {
  return (
    <Tip text={label} keys={keys}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        {...(isPressed === undefined ? {} : { 'aria-pressed': isPressed })}
        className={clsx(
          'relative inline-flex shrink-0 items-center justify-center rounded-md transition-colors duration-100 disabled:opacity-40',
          look === 'small' ? 'size-6 phone:size-11' : 'size-control',
          look === 'danger'
            ? 'text-soft enabled:hover:bg-danger-wash enabled:hover:text-danger'
            : 'text-soft enabled:hover:bg-hover enabled:hover:text-ink enabled:active:bg-press',
          isPressed && 'bg-accent-wash text-accent-ink enabled:hover:bg-accent-wash enabled:hover:text-accent-ink',
          className,
        )}
      >
        {icon}
      </button>
    </Tip>
  );
}
