/** The line between two zones, to be dragged or moved with the arrow keys. */
import { clsx } from 'clsx';
import { useRef, type KeyboardEvent, type PointerEvent } from 'react';

interface ResizeHandleProps {
  label: string;
  width: number;
  range: { minimum: number; maximum: number };
  /** The side of its zone that the handle stands on. */
  side: 'left' | 'right';
  onResize: (width: number) => void;
}

const KEY_STEP = 16;

export function ResizeHandle({ label, width, range, side, onResize }: ResizeHandleProps) {
  const start = useRef({ x: 0, width: 0 });
  const direction = side === 'right' ? 1 : -1;
  const resize = (next: number): void => onResize(Math.round(Math.min(range.maximum, Math.max(range.minimum, next))));

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, width };
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    resize(start.current.width + (event.clientX - start.current.x) * direction);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const sign = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (sign === 0) return;
    event.preventDefault();
    event.stopPropagation();
    resize(width + sign * direction * KEY_STEP);
  };

  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuemin={range.minimum}
      aria-valuemax={range.maximum}
      aria-valuenow={width}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
      className={clsx(
        'group absolute inset-y-0 z-10 w-2 cursor-col-resize touch-none outline-none',
        side === 'right' ? '-right-1' : '-left-1',
      )}
    >
      <div className="mx-auto h-full w-0.5 bg-transparent transition-colors group-hover:bg-edge group-focus-visible:bg-accent group-active:bg-accent" />
    </div>
  );
}
