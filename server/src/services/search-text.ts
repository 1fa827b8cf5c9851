/** How texts are made comparable for a search: compatibility forms and case do not matter, everything else is literal. */

export const foldText = (text: string): string => text.normalize('NFKC').toLowerCase();

/** The words somebody looks for; each has to occur. */
export const searchWords = (query: string): string[] =>
  foldText(query)
    .split(/\s+/u)
    .filter((word) => word !== '');

/** What a picture is found by. */
export const searchTextOf = (parts: {
  prompt: string;
  negativePrompt: string;
  modelName: string;
  model: string;
}): string => foldText([parts.prompt, parts.negativePrompt, parts.modelName, parts.model].join('\n'));
