/** One part of what is known of a model, under its heading. */
import { useId, type ReactNode } from 'react';

interface SectionProps {
  title: string;
  lead?: string | undefined;
  /** At the end of the heading's line. */
  aside?: ReactNode;
  children: ReactNode;
}

export function Section({ title, lead, aside, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-2 border-t border-line px-4 py-4">
      <div className="flex min-h-6 items-center gap-2">
        <h3 id={id} className="panel-title">
          {title}
        </h3>
        {aside !== undefined && <span className="ml-auto flex items-center gap-2">{aside}</span>}
      </div>
      {lead !== undefined && <p className="-mt-1.5 text-xs text-faint">{lead}</p>}
      {children}
    </section>
  );
}
