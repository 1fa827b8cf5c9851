/** What lies in the models folder: found, examined by the engine, hashed; never a path from a client. */
import type { GenerationDefaults } from '@easel/shared/generation';
import type { ModelList, ModelView } from '@easel/shared/http/models';

export interface UsableModel {
  view: ModelView;
  /** Absolute path of the checkpoint. */
  file: string;
  defaults: GenerationDefaults;
}

export declare class ModelLibrary {
  /** As known now; `refresh` looks at the disk again first (at most every 2 s). */
  list(options?: { refresh?: boolean }): Promise<ModelList>;
  /**
   * By id, name, file name, `name [hash]` title, or (short) SHA-256; undefined = the default model.
   * @throws unknown_model with near names, model_unusable with its reason, no_model
   */
  resolve(reference?: string): Promise<UsableModel>;
  /** The model used when a request names none; null when there is no usable one. */
  defaultModel(): ModelView | null;
  /** Makes a model the default, also after a restart. @throws as resolve */
  chooseDefault(reference: string): Promise<ModelView>;
  /** SHA-256 of the file in hex, waiting for it while it is computed; null when the file cannot be read. */
  sha256(id: string): Promise<string | null>;
}
