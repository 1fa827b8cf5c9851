/** Where short messages appear. Fetched with the first of them. */
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { toast, Toaster } from 'sonner';

import { toastsAreMounted } from '../lib/toast.ts';

export function Toasts({ scheme }: { scheme: 'light' | 'dark' }) {
  const { t } = useTranslation();
  useEffect(() => toastsAreMounted(toast), []);
  return (
    <Toaster
      theme={scheme}
      position="top-center"
      offset={{ top: 60 }}
      mobileOffset={{ top: 60, left: 12, right: 12 }}
      hotkey={['F8']}
      containerAriaLabel={t('toast.notifications')}
      toastOptions={{ className: 'easel-toast' }}
    />
  );
}
