/** What a LoRA or an embedding was found to be, and by which evidence. */
import { networkFacts, useNetworkWords } from '../../lib/network-words.ts';
import { evidenceIn } from './evidence.ts';
import { Section } from './section.tsx';
import { useWords } from './use-words.ts';

import type { ModelView } from '@easel/shared/http/models';

export function NetworkFacts({ model: { network } }: { model: ModelView }) {
  const { m, language } = useWords();
  const { n } = useNetworkWords();
  if (network === null) return null;
  const reason = evidenceIn(language, network.evidence);
  const parts = network.parts.map((part) => n(`part.${part}`));
  return (
    <Section title={m('findings.title')}>
      <p>{[...networkFacts(network, n), ...parts].join(' · ')}</p>
      <p lang={reason.isEnglish ? 'en' : undefined} className="text-xs break-words text-faint">
        {m('findings.because', { evidence: reason.text })}
      </p>
    </Section>
  );
}
