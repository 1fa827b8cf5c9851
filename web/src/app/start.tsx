/** Puts the page up: translator and cache first, then the tree. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';

import { createTranslator } from '../lib/i18n.ts';
import { useLayout } from '../state/layout.ts';
import { App } from './app.tsx';

import './styles.css';

const RETRY_FIRST_MS = 300;
const RETRY_MOST_MS = 5000;

export async function start(root: HTMLElement): Promise<void> {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        // The socket tells what changed; focus and reconnection are no news.
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        // A refusal stays one; only silence is worth asking again, and then until it ends.
        retry: (_, error) => error.name === 'UnreachableError',
        retryDelay: (attempt) => Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** attempt),
        networkMode: 'always',
      },
    },
  });
  const translator = await createTranslator(useLayout.getState().language);
  createRoot(root).render(
    <StrictMode>
      <I18nextProvider i18n={translator}>
        <QueryClientProvider client={client}>
          <App />
        </QueryClientProvider>
      </I18nextProvider>
    </StrictMode>,
  );
}
