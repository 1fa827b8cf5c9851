/** What is shown if the page itself breaks: that nothing is lost, and the way back. */
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { Button } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { Logo } from '../components/logo.tsx';

interface BoundaryState {
  isBroken: boolean;
}

export class Boundary extends Component<{ children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { isBroken: false };

  static getDerivedStateFromError(): BoundaryState {
    return { isBroken: true };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    return this.state.isBroken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { t } = useTranslation();
  return (
    <main className="grid h-full place-items-center">
      <EmptyState
        icon={<Logo size={48} />}
        title={t('app.crashed')}
        hint={t('app.crashedHint')}
        action={<Button onClick={() => location.reload()}>{t('app.reload')}</Button>}
      />
    </main>
  );
}
