/**
 * "Surprise me": prompts made up from a grammar that is written in the prompt language itself. Its rules are wildcards that
 * lie here instead of in files, so a seed gives the same prompt on every machine.
 *
 * @source what the demo model can draw: models/checkpoints/easel-demo.md; the rest is our own taste
 */
import { resolveChoices, seededDraws } from './choices.ts';

/** Rules by name; `prompt` is where it begins. */
type Grammar = Readonly<Record<string, readonly string[]>>;

/** Nothing but words that the model has been shown, put as it was shown them. */
const DEMO: Grammar = {
  prompt: [
    '7::__scene__',
    '2::{watercolor|watercolor painting|pixel art|line drawing} of __scene__',
    '__scene__, {neon|sepia photo}',
  ],
  scene: ['4::__land__', '2::__sea__', '2::__close__', '__still__', '__face__'],
  land: [
    '2::__thing__{| on the left| on the right} __ground__ __sky__',
    '__thing__ on the left and __thing__ on the right __ground__ __sky__',
    '{two|three} __many__ __ground__ __sky__',
    '__thing__ and a __bright__ hot air balloon in the sky __ground__ __sky__',
  ],
  sea: [
    '2::a __bright__ {boat|sailboat} on the sea __sky__',
    'a {red|blue|green|black} lighthouse {by|on} the sea __sky__',
    'a {red|blue} lighthouse on the left and a __bright__ boat on the right by the sea __sky__',
  ],
  close: [
    '3::a __creature__{| with a __bright__ hat| wearing a __bright__ hat} on a __wall__ background, close up',
    'a {orange|red|yellow|purple|pink|green} fish under water',
  ],
  still: [
    '__fruit__ on a table, a __wall__ wall',
    '__fruit__ on the left and __fruit__ on the right on a table, a __wall__ background',
  ],
  face: [
    'a portrait of a {3::smiling|2::surprised|sad} person with {long|short} {black|brown|blonde|red|white|blue|pink} hair' +
      '{| with glasses}{| wearing a __bright__ hat}, a __bright__ shirt, a __wall__ background',
  ],
  thing: [
    'a {red|blue|yellow|white|pink|purple|orange|green} {house|cottage}',
    'a {white|pink|purple|blue|brown|red} castle',
    'a {green|orange|pink|red|yellow} tree',
    'a pine tree',
    'a __bright__ car',
    'a {red|yellow|pink|purple|blue|orange|white} flower',
    'a {orange|black|white|brown} {cat|kitten}',
    'a {white|brown|pink|black} {rabbit|bunny}',
  ],
  many: ['{green|orange|pink|red|yellow} trees', 'pine trees', '{red|yellow|pink|purple|blue|white} flowers'],
  creature: [
    '{orange|black|white|brown|pink|blue} {cat|kitten}',
    '{white|brown|pink|black|blue} {rabbit|bunny}',
    '{brown|white|purple|blue|orange} owl',
  ],
  fruit: [
    'a {red|green|yellow} apple',
    'a {green|yellow} pear',
    'an orange',
    'a __bright__ {mug|cup}',
    'a {blue|white|red|green|purple|black} vase with {red|yellow|pink|purple|orange} flowers',
  ],
  ground: [
    '2::on a green hill',
    'in a green meadow',
    'in the snow',
    'on a snowy hill',
    'in the desert',
    'on an autumn hill',
  ],
  sky: [
    'on a bright day{|, mountains in the background}{|, with a rainbow}',
    'at sunset{| with the setting sun}{|, mountains}',
    'at night{| with a full moon}',
    '{during the day|at sunset|at night}, {with clouds|in the rain|with falling snow}',
  ],
  bright: ['{red|blue|yellow|green|white|orange|purple|pink}'],
  wall: ['{red|orange|yellow|green|blue|purple|pink|white|brown}'],
};

/** For any other model: things that most of them know. */
const GENERAL: Grammar = {
  prompt: [
    '2::__subject__ __place__, __light__, __style__',
    '__style__ of __subject__ __place__, __light__',
    '__subject__, __mood__, __style__',
  ],
  subject: [
    'a {small|tall|crooked|forgotten} {lighthouse|tea house|observatory|windmill|bookshop|train station}',
    'a {sleepy|curious|proud|tiny} {fox|owl|hare|hedgehog|heron|red panda}',
    'an {old|elegant|eccentric} {sailor|clockmaker|gardener|librarian|violinist}',
    'a {paper|wooden|glass|brass} {boat|airship|whale|bicycle}',
    'a {market|bridge|garden|canal} full of {lanterns|flowers|umbrellas|kites}',
    'a bowl of {peaches|cherries|lemons} beside {a teapot|an open book|a blue vase}',
    'a {dragon|giant|golem} made of {moss|clouds|porcelain|autumn leaves}',
  ],
  place: [
    'on a cliff above the sea',
    'in a {birch|bamboo|snowy pine} forest',
    'among {rolling hills|terraced fields|sand dunes}',
    'in a narrow street after the rain',
    'at the edge of a {mountain lake|floating island|sleeping city}',
    'in a sunlit room',
  ],
  light: [
    'golden hour',
    'soft morning {light|mist}',
    'warm light from the windows',
    'moonlight and {stars|fireflies}',
    'storm clouds parting',
    'falling snow, blue dusk',
  ],
  mood: [
    '{quiet|dreamy|joyful|mysterious} mood, {muted|vivid|pastel} colours',
    'seen from {below|far away|above}, __light__',
  ],
  style: [
    'oil painting',
    'watercolor on rough paper',
    'ink drawing with light washes',
    'gouache illustration',
    'woodblock print',
    "children's book illustration",
    'film photograph, shallow depth of field',
    'detailed digital painting',
  ],
};

/** File names of the models that ship with the studio. */
const DEMO_NAME = /^easel-demo/i;
const LIMIT = 2000;

/**
 * A prompt that nobody asked for.
 *
 * @param model the file's name, with or without folders; null = not known
 * @param seed the same one gives the same prompt
 */
export function surprisePrompt(model: string | null, seed: number): string {
  const isDemo = DEMO_NAME.test((model ?? '').replace(/^.*[/:]/, ''));
  const grammar = isDemo ? DEMO : GENERAL;
  const { text } = resolveChoices('__prompt__', seededDraws(seed), (name) => grammar[name] ?? null, LIMIT);
  return text
    .replace(/ {2,}/g, ' ')
    .replace(/\b(a) (?=[aeiou])/g, '$1n ')
    .trim();
}
