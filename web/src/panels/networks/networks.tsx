/** LoRA and embeddings: those in use first, then all there are. The prompt's text is what counts; this reads and writes it. */
import { Collapsible } from '@base-ui/react/collapsible';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';

import { EmbeddingRow } from './embedding-row.tsx';
import { LoraRow } from './lora-row.tsx';
import { Picker } from './picker.tsx';
import { useNetworks } from './use-networks.ts';
import { useNetworkWords } from '../../lib/network-words.ts';

export function NetworksPanel() {
  const { n } = useNetworkWords();
  const networks = useNetworks();
  const { library, isFailed, loras, embeddings } = networks;
  const count = loras.filter(({ isOn }) => isOn).length + embeddings.length;
  const isEmpty = library !== undefined && library.loras.length + library.embeddings.length === 0;
  const inUse = loras.length + embeddings.length;
  const [isOpen, setIsOpen] = useState(inUse > 0);
  return (
    <Collapsible.Root open={isOpen} onOpenChange={setIsOpen} render={<section aria-label={n('panel.title')} />}>
      <Collapsible.Trigger className="group -mx-1 flex h-control w-full items-center gap-1 rounded-md px-1 text-xs font-medium text-soft hover:text-ink">
        <ChevronRight size={14} className="transition-transform group-data-panel-open:rotate-90" />
        {n('panel.title')}
        {count > 0 && (
          <span className="ml-auto rounded-full bg-accent-wash px-1.5 text-2xs text-accent-ink">
            {n('panel.inUse', { count })}
          </span>
        )}
      </Collapsible.Trigger>
      <Collapsible.Panel className="flex flex-col gap-3 pt-1">
        {isFailed && <p className="text-xs text-danger">{n('panel.failed')}</p>}
        {isEmpty && inUse === 0 && <p className="text-xs text-faint">{n('panel.noFiles')}</p>}
        {!isEmpty && inUse === 0 && <p className="text-xs text-faint">{n('panel.none')}</p>}
        {inUse > 0 && (
          <ul className="flex flex-col gap-2">
            {loras.map((use, index) => (
              // Places shift while a weight is moved; the order does not.
              <LoraRow key={`${index} ${use.name}`} use={use} index={index} {...networks} />
            ))}
            {embeddings.map((use) => (
              <EmbeddingRow key={`${use.isNegative ? '-' : '+'} ${use.file.model.id}`} use={use} edit={networks.edit} />
            ))}
          </ul>
        )}
        {!isEmpty && library !== undefined && <Picker {...networks} library={library} />}
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}
