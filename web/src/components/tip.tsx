/** A short tooltip for a control whose name is not written out. Never the only place of an explanation. */
import { Tooltip } from '@base-ui/react/tooltip';

import type { ReactElement } from 'react';

interface TipProps {
  text: string;
  keys?: string | undefined;
  children: ReactElement;
}

export function Tip({ text, keys, children }: TipProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className="z-60">
          <Tooltip.Popup className="popup flex max-w-72 items-center gap-2 rounded-md px-2 py-1 text-xs">
            {text}
            {keys !== undefined && <kbd className="font-sans text-2xs text-faint">{keys}</kbd>}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
