/** What the tabs of the prompt book are made of: fields, a button that asks again, and what went wrong. */
import { clsx } from 'clsx';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';

import { useBuildingWords } from '../../lib/use-building-words.ts';
import type { Work } from './use-work.ts';
import type { ReactNode } from 'react';

export const inputClass =
  'h-control w-full rounded-md border border-edge bg-raised px-2.5 text-field hover:border-faint aria-invalid:border-danger';
export const areaClass =
  'w-full resize-y rounded-md border border-edge bg-raised px-2.5 py-2 text-field hover:border-faint aria-invalid:border-danger';

/** For what comes in the place of the button that was pressed. */
export const focused = (element: HTMLElement | null): void => element?.focus();

export const PANEL_ID = 'book-panel';

/** Back from an editor: on from the top of the list. */
export const focusPanel = (): void => document.getElementById(PANEL_ID)?.focus();

interface TextProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  /** Lines of a text area; absent = one line. */
  rows?: number;
  isInvalid?: boolean;
  /** Takes the focus when it appears, in the place of the button that brought it. */
  isFirst?: boolean;
}

export function TextInput({ label, value, onChange, hint, rows, isInvalid = false, isFirst = false }: TextProps) {
  const id = useId();
  const shared = {
    id,
    value,
    'aria-invalid': isInvalid,
    'aria-describedby': hint === undefined ? undefined : `${id}-hint`,
    ref: isFirst ? focused : undefined,
  };
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-xs font-medium text-soft">
        {label}
      </label>
      {rows === undefined ? (
        <input {...shared} type="text" onChange={({ target }) => onChange(target.value)} className={inputClass} />
      ) : (
        <textarea {...shared} rows={rows} onChange={({ target }) => onChange(target.value)} className={areaClass} />
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-xs text-faint">
          {hint}
        </p>
      )}
    </div>
  );
}

/** Does nothing until it was pressed twice; the second button stands where the first did. */
export function SureButton({
  label,
  sure,
  icon,
  isDisabled = false,
  onSure,
}: {
  label: string;
  sure: string;
  icon?: ReactNode;
  isDisabled?: boolean;
  onSure: () => void;
}) {
  const { b } = useBuildingWords();
  const [isAsked, setIsAsked] = useState(false);
  if (!isAsked) {
    return (
      <Button look="quiet" icon={icon} disabled={isDisabled} onClick={() => setIsAsked(true)}>
        {label}
      </Button>
    );
  }
  return (
    <span className="inline-flex gap-1">
      <Button
        look="danger"
        ref={focused}
        onBlur={() => setIsAsked(false)}
        onClick={() => {
          setIsAsked(false);
          onSure();
        }}
      >
        {sure}
      </Button>
      <Button look="quiet" onMouseDown={(event) => event.preventDefault()} onClick={() => setIsAsked(false)}>
        {b('cancel')}
      </Button>
    </span>
  );
}

/** Why the last try failed. */
export function Trouble({ work, action }: { work: Work; action?: ReactNode }) {
  const { i18n } = useTranslation();
  const { problem, clear } = work;
  if (problem === null) return null;
  return (
    <Notice
      tone="danger"
      title={problem.title}
      message={i18n.language === 'en' ? problem.message : null}
      hint={problem.hint}
      action={action}
      onDismiss={clear}
    />
  );
}

export function Row({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <li className={clsx('flex items-start gap-1 border-b border-line py-2 last:border-0', className)}>{children}</li>
  );
}

/** A line of small grey words. */
export function Hint({ children }: { children: ReactNode }) {
  return <p className="text-xs text-faint">{children}</p>;
}
