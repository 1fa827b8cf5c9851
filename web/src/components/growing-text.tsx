/** A text area that grows with its text up to a limit, then scrolls. */
import { clsx } from 'clsx';
import { useLayoutEffect, useRef, type ComponentProps } from 'react';

interface GrowingTextProps extends Omit<ComponentProps<'textarea'>, 'rows' | 'ref'> {
  /** Lines it has when empty. */
  minimumLines?: number;
  /** Height at which it begins to scroll, CSS length. */
  maximumHeight?: string;
  /** Space around the text, CSS lengths; where the class does not say it. */
  padding?: string;
}

export function GrowingText({
  minimumLines = 1,
  maximumHeight = '12rem',
  padding,
  className,
  value,
  ...rest
}: GrowingTextProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    const grow = (): void => {
      element.style.height = 'auto';
      element.style.height = `${element.scrollHeight + element.offsetHeight - element.clientHeight}px`;
    };
    grow();
    // Another width breaks the lines elsewhere.
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth !== width) grow();
      width = element.clientWidth;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [value]);
  return (
    <textarea
      ref={area}
      rows={minimumLines}
      value={value}
      {...rest}
      style={{ maxHeight: maximumHeight, padding }}
      className={clsx('block w-full resize-none text-field', className)}
    />
  );
}
