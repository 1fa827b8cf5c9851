/** Joins the socket with the cache, the stores and the toasts. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { applyEvent, applySnapshot } from '../api/live-cache.ts';
import { connectLive } from '../api/live.ts';
import { useCommandContext, type CommandContext } from '../commands/context.ts';
import { describeStored } from '../lib/problem.ts';
import { dropPreview, setConnected, showPreview, useLive } from '../state/live.ts';
import { openGrid, setOverlay, useView } from '../state/view.ts';

import type { LiveEvent } from '../api/live.ts';
import type { GridSummary } from '@easel/shared/http/grids';
import { toast } from '../lib/toast.ts';

export function useLiveEvents(): void {
  const client = useQueryClient();
  // The words may change while the connection stays.
  const context = useRef<CommandContext>(null!);
  context.current = useCommandContext();

  useEffect(
    () =>
      connectLive({
        connected: () => setConnected(true),
        disconnected: () => setConnected(false),
        snapshot: (snapshot, isFirst) => {
          const running = snapshot.jobs.filter((job) => job.state === 'running').map((job) => job.id);
          for (const id of Object.keys(useLive.getState().previews)) if (!running.includes(id)) dropPreview(id);
          applySnapshot(client, snapshot, isFirst);
        },
        event: (event) => {
          applyEvent(client, event);
          afterEvent(event, context.current);
        },
        preview: showPreview,
      }),
    [client],
  );
}

/** Says that a grid is made, unless it is being looked at. */
function tellGrid({ id, state, done, cells }: GridSummary, t: CommandContext['t']): void {
  if ((state !== 'done' && state !== 'failed') || useView.getState().openGrid === id) return;
  toast(t('toast.gridMade', { done, cells }), {
    action: { label: t('toast.showGrid'), onClick: () => openGrid(id) },
  });
}

function afterEvent(event: LiveEvent, { t, language }: CommandContext): void {
  if (event.name === 'grid:changed') tellGrid(event.grid, t);
  if (event.name !== 'job:finished' && event.name !== 'job:failed' && event.name !== 'job:cancelled') return;
  dropPreview(event.job.id);
  // Of many cells nobody wants to hear one by one; the grid has its own words.
  if (event.job.grid !== undefined) return;
  const { error } = event.job;
  if (event.name === 'job:cancelled') toast(t('toast.cancelled'));
  if (event.name !== 'job:failed' || !error) return;
  const problem = describeStored(error, t, language);
  toast.error(problem.title, {
    description: language === 'en' ? `${problem.message ?? ''} ${problem.hint}`.trim() : problem.hint,
    action: { label: t('toast.showQueue'), onClick: () => setOverlay('queue') },
    duration: 10_000,
  });
}
