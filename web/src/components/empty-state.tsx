/** What stands where nothing is yet: a line, a hint, perhaps a way on. */
import type { ReactNode } from 'react';

interface EmptyStateProps {
  icon: ReactNode;
  title: string;
  hint?: string;
  action?: ReactNode;
}

export function EmptyState({ icon, title, hint, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center justify-center gap-1 px-6 py-10 text-center">
      <div className="mb-2 text-faint" aria-hidden>
        {icon}
      </div>
      <p className="font-medium break-words">{title}</p>
      {hint !== undefined && <p className="max-w-72 text-faint">{hint}</p>}
      {action !== undefined && <div className="mt-3">{action}</div>}
    </div>
  );
}
