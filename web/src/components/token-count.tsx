/** How much of the text encoder's chunks a prompt fills: `12/75`. */
import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';

import { Tip } from './tip.tsx';

const CHUNK_TOKENS = 75;

interface TokenCountProps {
  /** null while it is not known; the place is kept. */
  tokens: number | null;
  chunks: number;
  className?: string;
}

export function TokenCount({ tokens, chunks, className }: TokenCountProps) {
  const { t } = useTranslation();
  const limit = chunks * CHUNK_TOKENS;
  if (tokens === null) return <span className={clsx('h-6', className)} aria-hidden />;
  const text = t('composer.tokens', { tokens, limit });
  const explained = t('composer.tokensHelp', { tokens, limit });
  return (
    <Tip text={explained}>
      <span
        role="note"
        aria-label={explained}
        className={clsx('numerals inline-flex h-6 items-center rounded-sm px-1 text-2xs text-faint', className)}
      >
        {text}
      </span>
    </Tip>
  );
}
