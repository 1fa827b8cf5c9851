/**
 * The place where a picture hangs: as large as the room allows, small pictures enlarged up to four times. The frame
 * has the picture's proportions before the picture is there, so nothing moves when it comes.
 */
import { clsx } from 'clsx';

import type { ReactNode } from 'react';

const LARGEST_ENLARGEMENT = 4;

interface PictureFrameProps {
  width: number;
  height: number;
  /** At 100 %, scrolling where the room is too small. */
  isActualSize?: boolean;
  children: ReactNode;
}

export function PictureFrame({ width, height, isActualSize = false, children }: PictureFrameProps) {
  return (
    <div
      className={clsx('@container-size grid h-full min-h-0 w-full place-items-center', isActualSize && 'overflow-auto')}
    >
      <div
        className="relative overflow-hidden rounded-xs bg-sunken shadow-picture"
        style={{
          aspectRatio: `${width} / ${height}`,
          width: isActualSize
            ? `${width / globalThis.devicePixelRatio}px`
            : `min(100cqw, 100cqh * ${width / height}, ${width * LARGEST_ENLARGEMENT}px)`,
        }}
      >
        {children}
      </div>
    </div>
  );
}
