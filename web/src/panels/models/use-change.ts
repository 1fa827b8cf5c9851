/** Changes of one model: sent at once, refused in a toast. */
import { useCommandContext, reportProblem } from '../../commands/context.ts';
import { changeModel, chooseModelPreview, makeDefaultModel, setModelHashing } from '../../api/models.ts';

import type { ModelChange } from '@easel/shared/http/model-details';

export interface ModelChanges {
  /** @returns whether it was taken */
  change(change: ModelChange): Promise<boolean>;
  choosePicture(image: string | null): Promise<boolean>;
  makeDefault(): Promise<boolean>;
  setHashing(isWanted: boolean): Promise<boolean>;
}

export function useChange(id: string): ModelChanges {
  const context = useCommandContext();
  const { client } = context;
  const attempt = async (work: Promise<unknown>): Promise<boolean> => {
    try {
      await work;
      return true;
    } catch (thrown) {
      reportProblem(thrown, context);
      return false;
    }
  };
  return {
    change: (change) => attempt(changeModel(client, id, change)),
    choosePicture: (image) => attempt(chooseModelPreview(client, id, image)),
    makeDefault: () => attempt(makeDefaultModel(client, id)),
    setHashing: (isWanted) => attempt(setModelHashing(client, id, isWanted)),
  };
}
