/** Renders a part of the page with what it needs around it: words, cache, and what the server would have said. */
import { Tooltip } from '@base-ui/react/tooltip';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { I18nextProvider } from 'react-i18next';

import { keys } from '../../src/api/keys.ts';
import { createTranslator } from '../../src/lib/i18n.ts';
import { CATALOGUE, MODELS } from './samples.ts';

import type { Language } from '../../src/lib/languages.ts';
import type { ReactNode } from 'react';

/** @param answers of the server to further questions, by their keys */
export async function renderPart(
  part: ReactNode,
  language: Language = 'en',
  answers: readonly (readonly [key: readonly unknown[], answer: unknown])[] = [],
): Promise<QueryClient> {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(keys.models, MODELS);
  client.setQueryData(keys.everyModel, MODELS);
  client.setQueryData(keys.catalogue, CATALOGUE);
  client.setQueryData(keys.jobs, []);
  for (const [key, answer] of answers) client.setQueryData(key, answer);
  const translator = await createTranslator(language);
  render(
    <I18nextProvider i18n={translator}>
      <QueryClientProvider client={client}>
        <Tooltip.Provider>{part}</Tooltip.Provider>
      </QueryClientProvider>
    </I18nextProvider>,
  );
  return client;
}
