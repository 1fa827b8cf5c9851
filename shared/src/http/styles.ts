/** /api/v1/styles: texts that a person keeps by name and adds to prompts; a request names them in `styles`. */
import { z } from 'zod';

import { textField } from '../fields.ts';
import { styleName } from '../prompt/template.ts';

/** Styles in the own file, and characters of one text. */
export const MOST_STYLES = 5000;
const STYLE_TEXT_LIMIT = 20_000;
/** Characters of a styles.csv that is taken in. */
const STYLES_CSV_LIMIT = 3_000_000;

export const styleView = z.object({
  name: z.string(),
  prompt: z.string(),
  negativePrompt: z.string(),
  /** False of those in another program's styles.csv, which is only read. */
  isOwn: z.boolean(),
});
export type StyleView = z.infer<typeof styleView>;

export const styleList = z.object({ styles: z.array(styleView) });
export type StyleList = z.infer<typeof styleList>;

const styleText = textField.max(STYLE_TEXT_LIMIT);

export const styleSave = z.strictObject({
  prompt: styleText,
  negativePrompt: styleText,
  /** Its new name, if it gets one. */
  name: styleName.optional(),
});
export type StyleSave = z.infer<typeof styleSave>;

/** The text of a styles.csv as A1111's WebUI writes it. */
export const stylesImport = z.strictObject({ csv: z.string().max(STYLES_CSV_LIMIT) });
export const stylesImported = z.object({
  /** How many were new, and how many took the place of one of their name. */
  added: z.number().int(),
  replaced: z.number().int(),
});
export type StylesImported = z.infer<typeof stylesImported>;

export const styleParams = z.object({ name: styleName });
