/** The keys under which server data stands in the query cache. */
export const keys = {
  catalogue: ['catalogue'] as const,
  /** Of checkpoints; the lists and details below are renewed with it. */
  models: ['models'] as const,
  everyModel: ['models', 'all'] as const,
  model: (id: string) => ['models', 'one', id] as const,
  /** All lists of grids, and each of them. */
  everyGrid: ['grids'] as const,
  grids: ['grids', 'all'] as const,
  grid: (id: string) => ['grids', 'one', id] as const,
  gridEstimate: (request: string) => ['grid-estimate', request] as const,
  engine: ['engine'] as const,
  jobs: ['jobs'] as const,
  /** All gallery lists, whatever they were searched for. */
  everyGallery: ['images'] as const,
  gallery: (query: string) => ['images', query] as const,
  image: (id: string) => ['image', id] as const,
  /** The list is told apart from the files by an exact key. */
  wildcards: ['wildcards'] as const,
  wildcard: (name: string) => ['wildcards', name] as const,
  styles: ['styles'] as const,
  templates: ['templates'] as const,
  everyPromptHistory: ['prompt-history'] as const,
  promptHistory: (query: string) => ['prompt-history', query] as const,
  prompt: (text: string) => ['prompt', text] as const,
  estimate: (request: string) => ['estimate', request] as const,
};
