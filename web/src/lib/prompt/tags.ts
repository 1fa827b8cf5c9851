/**
 * Words that the editor offers while a prompt is written: our own list, short enough to be read. The first groups are what
 * the demo model was taught, the others mean something to most models.
 */

export const TAG_GROUPS = [
  'subject',
  'place',
  'time',
  'weather',
  'light',
  'style',
  'view',
  'colour',
  'detail',
  'flaw',
] as const;
export type TagGroup = (typeof TAG_GROUPS)[number];

const WORDS: Readonly<Record<TagGroup, string>> = {
  subject:
    'house|castle|lighthouse|boat|sailboat|car|tree|pine tree|flower|flowers|cat|kitten|rabbit|owl|fish|apple|pear|orange|vase|mug|cup|cottage|' +
    'hot air balloon|portrait of a person|smiling person|sad person|surprised person|mountains|landscape|' +
    'bird|butterfly|dog|dragon|fox|horse|robot|wolf|city|street|bridge|tower|temple|ship|train|airplane|bicycle|spaceship|' +
    'forest|garden|lake|river|ocean|waterfall|island|desert|canyon|cave|village|ruins|' +
    'woman|man|child|girl|boy|couple|crowd|knight|wizard|astronaut|samurai|' +
    'glasses|hat|scarf|dress|shirt|armor|long hair|short hair|curly hair|freckles|beard|' +
    'still life|food|bowl of fruit|cup of coffee|book|window|staircase|lantern|candle|crystal',
  place:
    'on a green hill|in a green meadow|in the snow|on a snowy hill|in the desert|on sand dunes|on an autumn hill|on the sea|by the sea|' +
    'on the water|under water|on a table|on the left|on the right|in the sky|in the background|in front of a wall|' +
    'in a forest|in a city street|on a mountain top|in space|indoors|outdoors|by the window|in a library|in a kitchen|in a studio',
  time: 'during the day|on a bright day|under a blue sky|at sunset|under a sunset sky|at night|under a starry night sky|with a full moon|at dawn|at dusk|in spring|in summer|in autumn|in winter',
  weather:
    'with clouds|cloudy sky|in the rain|rainy weather|snow falling|clear sky|with a rainbow|with the sun|fog|mist|storm|lightning|wind|overcast',
  light:
    'soft light|hard light|golden hour|blue hour|backlight|rim light|studio lighting|candlelight|moonlight|sunlight|sunbeams|volumetric light|neon lights|dramatic lighting|low key|high key|long shadows|reflections|bokeh|lens flare',
  style:
    'watercolor|watercolor painting|pixel art|line drawing|pencil drawing|neon|sepia photo|old sepia photograph|illustration|' +
    'oil painting|acrylic painting|gouache|ink drawing|charcoal drawing|woodcut|linocut|etching|screen print|poster|comic|manga|anime|cartoon|' +
    'flat colors|low poly|isometric|3d render|claymation|paper cut|stained glass|mosaic|embroidery|' +
    'photograph|film photograph|black and white photograph|polaroid|product photo|concept art|storybook illustration|' +
    'impressionism|expressionism|art nouveau|art deco|baroque|ukiyo-e|minimalism|surrealism|cyberpunk|steampunk|vintage|retro',
  view: 'close up|portrait|half body|full body|wide shot|aerial view|bird eye view|low angle|high angle|from behind|side view|macro|panorama|symmetrical|centered|rule of thirds|shallow depth of field|wide angle|telephoto|looking at viewer|silhouette',
  colour:
    'red|orange|yellow|green|blue|purple|pink|white|black|brown|grey|gold|silver|turquoise|teal|crimson|beige|pastel colors|vivid colors|muted colors|monochrome|warm colors|cool colors|high contrast|red background|blue background|green background|yellow background|white background|black background',
  detail:
    'highly detailed|intricate|sharp focus|fine texture|smooth|rough brush strokes|clean lines|film grain|best quality|masterpiece|professional|realistic|simple background|elegant|cozy|serene|moody|dreamy|epic|whimsical',
  flaw: 'blurry|low quality|worst quality|jpeg artifacts|noise|grainy|watermark|signature|text|logo|border|frame|cropped|out of frame|duplicate|deformed|bad anatomy|bad hands|extra fingers|missing fingers|extra limbs|disfigured|ugly|oversaturated|overexposed|underexposed|washed out|distorted',
};

export interface Tag {
  readonly text: string;
  readonly group: TagGroup;
}

/** Flaws come first in a negative prompt and last in the other. */
export function tagsFor(isNegative: boolean): readonly Tag[] {
  return isNegative ? NEGATIVE : POSITIVE;
}

const tagsOf = (groups: readonly TagGroup[]): Tag[] => {
  const known = new Map<string, Tag>();
  for (const group of groups) {
    for (const text of WORDS[group].split('|')) if (!known.has(text)) known.set(text, { text, group });
  }
  return [...known.values()];
};
const POSITIVE = tagsOf(TAG_GROUPS);
const NEGATIVE = tagsOf(['flaw', ...TAG_GROUPS.filter((group) => group !== 'flaw')]);
