/** Refusals that wildcards, styles and saved prompts share. */
import { RequestError } from '@easel/shared/errors';

type Thing = 'wildcard' | 'style' | 'template' | 'prompt';

export const notThere = (thing: Thing, name: string): RequestError =>
  new RequestError('not_found', `There is no ${thing} "${name.slice(0, 100)}".`, { got: name.slice(0, 100) });

export const readOnly = (thing: Thing, name: string): RequestError =>
  new RequestError('read_only', `The ${thing} "${name.slice(0, 100)}" belongs to another program and is only read.`, {
    got: name.slice(0, 100),
    hint: 'Save it under the same name as one of your own: yours then counts.',
  });

export const changedElsewhere = (thing: Thing, name: string): RequestError =>
  new RequestError(
    'changed_elsewhere',
    `The ${thing} "${name.slice(0, 100)}" was changed by somebody else meanwhile.`,
    {
      got: name.slice(0, 100),
      hint: 'Load it again and make your change in the new text.',
    },
  );
