/** How much of the text encoder's chunks a prompt fills: `12/75`. Leads to what the model received. */
import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';

import { Tip } from './tip.tsx';

const CHUNK_TOKENS = 75;

interface TokenCountProps {
  /** null while it is not known; the place is kept. */
  tokens: number | null;
  chunks: number;
  onOpen: () => void;
  className?: string;
}

export function TokenCount({ tokens, chunks, onOpen, className }: TokenCountProps) {
  const { t } = useTranslation();
  const limit = chunks * CHUNK_TOKENS;
  if (tokens === null) return <span className={clsx('h-6', className)} aria-hidden />;
  const text = t('composer.tokens', { tokens, limit });
  const explained = t('composer.tokensHelp', { tokens, limit });
  return (
    <Tip text={explained}>
      <button
        type="button"
        aria-label={`${text}. ${t('composer.received')}`}
        onClick={onOpen}
        className={clsx(
          'numerals inline-flex h-6 items-center rounded-sm px-1 text-2xs text-faint hover:bg-hover hover:text-ink phone:h-11 phone:min-w-11 phone:justify-center',
          className,
        )}
      >
        {text}
      </button>
    </Tip>
  );
}
