/** The file itself: where it lies, how large it is, and its hashes in every form people compare. */
import { Copy } from 'lucide-react';

import { useCommandContext } from '../../commands/context.ts';
import { copy } from '../../commands/picture.ts';
import { Button } from '../../components/button.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { formatBytes, formatMoment } from '../../lib/format.ts';
import { Section } from './section.tsx';
import { useChange } from './use-change.ts';
import { useWords } from './use-words.ts';

import type { ModelDetail } from '@easel/shared/http/model-details';

const HASHES = ['sha256', 'autoV2', 'autoV3', 'short'] as const;
const STATES = { waiting: 'waiting', running: 'running', stopped: 'stopped', failed: 'hashFailed' } as const;

export function FileFacts({ model }: { model: ModelDetail }) {
  const { m, language } = useWords();
  return (
    <Section title={m('file.title')}>
      <dl className="flex flex-col">
        <Row name={m('file.name')} text={model.id} />
        <Row name={m('file.folder')} text={model.root ?? m('file.own')} />
        <Row name={m('file.size')} text={formatBytes(model.sizeBytes, language)} isCopied={false} />
        <Row name={m('file.changed')} text={formatMoment(model.modifiedAt, language)} isCopied={false} />
        {HASHES.map((key) => {
          const hash = model.hashes[key];
          return hash === null ? null : <Row key={key} name={m(`file.${key}`)} text={hash} isCode />;
        })}
      </dl>
      <HashState model={model} />
    </Section>
  );
}

function HashState({ model }: { model: ModelDetail }) {
  const { m } = useWords();
  const { setHashing } = useChange(model.id);
  const { hashing } = model;
  if (hashing === 'done' || hashing === 'none') return null;
  const isGoing = hashing === 'waiting' || hashing === 'running';
  return (
    <div className="flex items-center gap-2 text-xs text-faint">
      <span className="flex-1">
        {m('file.sha256')}: {m(`file.${STATES[hashing]}`)}
      </span>
      <Button look="quiet" onClick={() => void setHashing(!isGoing)}>
        {m(isGoing ? 'file.stop' : 'file.start')}
      </Button>
    </div>
  );
}

interface RowProps {
  name: string;
  text: string;
  isCode?: boolean;
  isCopied?: boolean;
}

function Row({ name, text, isCode = false, isCopied = true }: RowProps) {
  const { m } = useWords();
  const context = useCommandContext();
  return (
    <div className="flex min-h-7 items-center gap-2 phone:min-h-11">
      <dt className="w-20 shrink-0 text-xs text-faint">{name}</dt>
      <dd className={isCode ? 'min-w-0 flex-1 truncate font-mono text-xs' : 'numerals min-w-0 flex-1 break-words'}>
        {text}
      </dd>
      {isCopied && (
        <dd className="contents">
          <IconButton
            look="small"
            label={m('file.copy', { name })}
            icon={<Copy size={13} />}
            onClick={() => void copy(text, context)}
          />
        </dd>
      )}
    </div>
  );
}
