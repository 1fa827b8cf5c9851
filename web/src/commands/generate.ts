/** Making pictures: sending the form, cancelling, taking settings over from a job. */
import { StudioError } from '@easel/shared/errors';

import { cachedCatalogue, cachedModels, refreshModels } from '../api/catalogue.ts';
import { cachedJobs, cancelJob, submitJob } from '../api/jobs.ts';
import { formOf, modelOf, requestOf } from '../lib/form.ts';
import { readersOf } from '../lib/options.ts';
import { runningOf } from '../lib/progress.ts';
import { toast } from '../lib/toast.ts';
import { useForm } from '../state/form.ts';
import { openImage, useView } from '../state/view.ts';
import { reportProblem, type CommandContext } from './context.ts';

import type { PictureJobView } from '@easel/shared/http/jobs';

/** Id of the prompt's field, for the commands that lead there. */
export const PROMPT_ID = 'prompt';

/** With the caret at its end. */
export function focusPrompt(): void {
  const field = document.getElementById(PROMPT_ID);
  if (field === null) return;
  field.focus();
  if (field instanceof HTMLTextAreaElement) field.setSelectionRange(field.value.length, field.value.length);
  else {
    // The editor follows the selection of the page.
    getSelection()?.selectAllChildren(field);
    getSelection()?.collapseToEnd();
  }
}

/** Sends the form as a job and shows what comes of it. */
export async function generate(context: CommandContext): Promise<void> {
  const { values, isSending, isEmptyPromptNoted } = useForm.getState();
  if (isSending) return;
  if (values.prompt.trim() === '' && !isEmptyPromptNoted) {
    useForm.setState({ isEmptyPromptNoted: true });
    focusPrompt();
    return;
  }
  const models = cachedModels(context.client);
  const catalogue = cachedCatalogue(context.client);
  useForm.setState({ isSending: true, refusal: null });
  try {
    const model = models && modelOf(values, models);
    const accepted = await submitJob(
      requestOf(values, model, catalogue && readersOf(values, model, catalogue, models)),
    );
    useForm.setState({ isEmptyPromptNoted: false, lastJob: accepted.id });
    openImage(null);
  } catch (thrown) {
    useForm.setState({ refusal: thrown instanceof Error ? thrown : new Error(String(thrown)) });
  } finally {
    useForm.setState({ isSending: false });
  }
}

/** Cancels a job; one that has just ended needs no cancelling. */
export async function cancel(id: string, context: CommandContext): Promise<void> {
  try {
    await cancelJob(id);
  } catch (thrown) {
    if (!(thrown instanceof StudioError && thrown.code === 'already_done')) reportProblem(thrown, context);
  }
}

const ARMED_MS = 1500;
let disarm: ReturnType<typeof setTimeout> | undefined;

/** Cancels the running job on the second call within a moment; the first says so. */
export function cancelOnSecondCall(context: CommandContext): void {
  const running = runningOf(cachedJobs(context.client));
  if (!running) return;
  clearTimeout(disarm);
  if (useView.getState().isCancelArmed) {
    useView.setState({ isCancelArmed: false });
    void cancel(running.id, context);
    return;
  }
  useView.setState({ isCancelArmed: true });
  disarm = setTimeout(() => useView.setState({ isCancelArmed: false }), ARMED_MS);
}

/** Has the models folder looked at again. */
export async function lookForModels(context: CommandContext): Promise<void> {
  try {
    await refreshModels(context.client);
  } catch (thrown) {
    reportProblem(thrown, context);
  }
}

/** Fills the form with what a job was asked for, its seed included. */
export function reuseJob(job: PictureJobView, { client, t }: CommandContext): void {
  useForm.getState().update(() => formOf(job.parameters, cachedModels(client)));
  toast.success(t('toast.usedAll'));
}
