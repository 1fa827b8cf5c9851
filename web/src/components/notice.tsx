/** Something to know, in place: what is wrong and what to do, with room for an action. */
import { clsx } from 'clsx';
import { CircleAlert, TriangleAlert, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { IconButton } from './icon-button.tsx';

import type { ReactNode } from 'react';

interface NoticeProps {
  tone: 'danger' | 'warn';
  title: string;
  /** A sentence in the server's own words. */
  message?: string | null;
  /** Language of the message where it is not the page's. */
  messageLanguage?: string | undefined;
  hint?: string;
  action?: ReactNode;
  onDismiss?: () => void;
}

export function Notice({ tone, title, message, messageLanguage, hint, action, onDismiss }: NoticeProps) {
  const { t } = useTranslation();
  const Icon = tone === 'danger' ? CircleAlert : TriangleAlert;
  return (
    <div
      role="alert"
      className={clsx(
        'flex animate-appear items-start gap-2.5 rounded-lg px-3 py-2.5',
        tone === 'danger' ? 'bg-danger-wash' : 'bg-warn-wash',
      )}
    >
      <Icon
        size={16}
        aria-hidden
        className={clsx('mt-0.5 shrink-0', tone === 'danger' ? 'text-danger' : 'text-warn')}
      />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title}</p>
        {message && (
          <p lang={messageLanguage} className="break-words text-soft">
            {message}
          </p>
        )}
        {hint !== undefined && <p className="text-soft">{hint}</p>}
        {action !== undefined && <div className="mt-2">{action}</div>}
      </div>
      {onDismiss && <IconButton look="small" label={t('problem.dismiss')} icon={<X size={14} />} onClick={onDismiss} />}
    </div>
  );
}
