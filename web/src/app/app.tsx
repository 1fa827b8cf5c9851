/** The page: what runs behind it (socket, keys, title, theme) and the frame around the zones. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip } from '@base-ui/react/tooltip';

import { useIsPhone } from '../lib/use-media.ts';
import { Announcer } from './announcer.tsx';
import { Boundary } from './boundary.tsx';
import { Desk } from './desk.tsx';
import { Book, Shortcuts, Toasts, usePreloadedPanels } from './lazy-panels.tsx';
import { PhonePage } from './lazy-phone.tsx';
import { Received } from './lazy-received.tsx';
import { useAppearance } from './use-appearance.ts';
import { useLiveEvents } from './use-live-events.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { useTitle } from './use-title.ts';

const TOOLTIP_DELAY_MS = 500;

export function App() {
  return (
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={TOOLTIP_DELAY_MS}>
        <Boundary>
          <Page />
        </Boundary>
      </Tooltip.Provider>
    </CSPProvider>
  );
}

function Page() {
  const isPhone = useIsPhone();
  const { scheme } = useAppearance();
  useLiveEvents();
  useShortcuts();
  useTitle();
  usePreloadedPanels();
  return (
    <>
      {isPhone ? <PhonePage /> : <Desk />}
      <Shortcuts />
      <Received />
      <Book />
      <Announcer />
      <Toasts scheme={scheme} />
    </>
  );
}
