/** Buttons with words. The look says the weight: primary once on a page, plain for choices, quiet for the rest. */
import { clsx } from 'clsx';

import type { ComponentProps, ReactNode } from 'react';

const LOOKS = {
  primary:
    'bg-accent text-on-accent font-semibold shadow-low enabled:hover:bg-accent-strong enabled:active:bg-accent-strong enabled:active:translate-y-px',
  plain: 'border border-edge bg-raised text-ink enabled:hover:bg-hover enabled:active:bg-press',
  quiet: 'text-soft enabled:hover:bg-hover enabled:hover:text-ink enabled:active:bg-press',
  danger: 'border border-edge bg-raised text-danger enabled:hover:bg-danger-wash enabled:active:bg-danger-wash',
} as const;

interface ButtonProps extends Omit<ComponentProps<'button'>, 'type'> {
  look?: keyof typeof LOOKS;
  icon?: ReactNode;
}

export function Button({ look = 'plain', icon, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={clsx(
        'inline-flex h-control shrink-0 items-center justify-center gap-1.5 rounded-md px-3 text-sm whitespace-nowrap transition-colors duration-100 disabled:opacity-50',
        LOOKS[look],
        className,
      )}
    >
      {icon}
      {children}
    </button>
  );
}
