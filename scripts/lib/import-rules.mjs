/**
 * The directions of imports as a table, and the judgement of edges against it. Why these: docs/architecture.md.
 *
 * A place is a folder or file below a package's src, or a file in such a folder that the table names. It may import
 * itself, the places listed for it and nothing else of ours. Type-only imports obey the same table; tests may import
 * anything in their own package.
 */

const NUMERIC = ['numeric'];
const NETWORK = ['denoisers', 'conditioning', 'adapters', 'modules', 'graph', 'checkpoint', 'numeric'];
const TABLES = ['convert', 'families', 'preprocessors', 'upscalers', 'samplers', 'schedules', ...NETWORK];

/** For each package: what of ours it may import, and for each place in it which other places. */
export const PLACES = {
  shared: { packages: [], places: null },
  engine: {
    packages: ['shared'],
    places: {
      main: ['catalogue', 'jobs', 'runtime', ...TABLES],
      cli: ['convert', 'families', 'checkpoint', 'numeric'],
      jobs: ['runtime', ...TABLES],
      catalogue: TABLES,
      // Its self-test writes what networks are made of.
      runtime: ['modules', 'graph', 'checkpoint', 'numeric'],
      convert: ['families', 'adapters', 'checkpoint', 'numeric'],
      families: ['samplers', 'schedules', ...NETWORK],
      preprocessors: ['modules', 'graph', 'checkpoint', 'numeric'],
      upscalers: ['modules', 'graph', 'checkpoint', 'numeric'],
      samplers: NUMERIC,
      schedules: NUMERIC,
      denoisers: ['graph', 'checkpoint', 'numeric'],
      conditioning: ['graph', 'checkpoint', 'numeric'],
      adapters: ['graph', 'checkpoint', 'numeric'],
      modules: ['graph', 'checkpoint', 'numeric'],
      graph: NUMERIC,
      checkpoint: NUMERIC,
      numeric: [],
    },
  },
  server: {
    packages: ['shared'],
    places: {
      main: ['studio', 'config', 'log', 'services'],
      studio: ['app', 'app-dependencies', 'config', 'log', 'routes/types', 'services', 'store', 'engine-host'],
      app: ['app-dependencies', 'plugins', 'sockets', 'routes', 'routes/types', 'services'],
      routes: ['app-dependencies', 'plugins', 'routes/types', 'services'],
      sockets: ['app-dependencies', 'plugins', 'services', 'engine-host'],
      plugins: ['app-dependencies', 'routes/types', 'services'],
      'routes/types': ['app-dependencies'],
      'app-dependencies': ['services', 'engine-host'],
      log: [],
      services: ['store', 'engine-host'],
      store: [],
      'engine-host': [],
      config: ['services'],
    },
  },
  web: {
    packages: ['shared'],
    places: {
      main: ['app', 'panels', 'canvas', 'commands', 'state', 'api', 'components', 'lib'],
      app: ['panels', 'canvas', 'commands', 'state', 'api', 'components', 'lib'],
      panels: ['commands', 'state', 'api', 'components', 'lib'],
      canvas: ['commands', 'state', 'api', 'components', 'lib'],
      commands: ['state', 'api', 'components', 'lib'],
      state: ['api', 'components', 'lib'],
      api: ['lib'],
      components: ['lib'],
      lib: [],
    },
  },
};

/** Folders whose subfolders are peers that must not know each other; what two need moves to a place below. */
export const PEERS = ['engine/src/families', 'web/src/panels'];

/** Contracts that need Node; the rest of shared also runs in the page. */
const NODE_ONLY = ['shared/src/prompt/clip-vocabulary.ts'];

/** Where other people's packages may be imported. `only` = nowhere else in the product; `never` = not there. */
export const EXTERNALS = [
  {
    packages: /^onnxruntime-/,
    only: ['engine/src/runtime/'],
    why: 'sessions, devices and memory are the business of engine/src/runtime',
  },
  {
    packages: /^(fastify|fastify-.*|@fastify\/.*|socket\.io|node:http)$/,
    never: ['server/src/services/', 'server/src/store/', 'server/src/engine-host/'],
    why: 'services know neither HTTP nor sockets',
  },
  {
    packages: /^@photostructure\/sqlite$/,
    only: ['server/src/store/'],
    why: 'the database is opened in server/src/store',
  },
  {
    packages: /^kysely$/,
    only: ['server/src/store/', 'server/src/services/'],
    why: 'routes and sockets ask a service, not the database',
  },
  {
    packages: /^node:fs/,
    never: [
      'engine/src/graph/',
      'engine/src/modules/',
      'engine/src/samplers/',
      'engine/src/schedules/',
      'engine/src/denoisers/',
      'engine/src/numeric/',
    ],
    why: 'this part is pure: values in, values out',
  },
  { packages: /^socket\.io-client$/, only: ['web/src/api/'], why: 'web/src/api is the only network code' },
  {
    packages: /^node:/,
    never: ['shared/src/', 'web/src/'],
    // The vocabulary is too large for the page; the server counts tokens for it.
    except: NODE_ONLY,
    why: 'this also runs in a browser',
  },
];

const isTest = (file) => /\.test\.tsx?$/.test(file) || /^[a-z]+\/test\//.test(file);
const packageOf = (file) => file.split('/')[0];

/** The place a file belongs to: itself where the table names it, else the first folder or file below src. */
function placeOf(file, places) {
  const path = file
    .split('/')
    .slice(2)
    .join('/')
    .replace(/\.tsx?$/, '');
  return places[path] === undefined ? path.split('/')[0] : path;
}
const startsWithOne = (file, folders) => folders.some((folder) => file.startsWith(folder));

/** First subfolder below a folder of peers, e.g. `stable-diffusion-1`; undefined for files that lie in it directly. */
function peerOf(folder, file) {
  if (!file.startsWith(`${folder}/`)) return undefined;
  const [first, ...rest] = file.slice(folder.length + 1).split('/');
  return rest.length > 0 ? first : undefined;
}

function judgeInternal({ from, file, specifier }) {
  const [own, other] = [packageOf(from), packageOf(file)];
  // Tests use the tools of the test run, e.g. to find a browser.
  if (isTest(from) && file.startsWith('scripts/lib/')) return undefined;
  if (own !== other) {
    if (own === 'web' && NODE_ONLY.includes(file)) return `${file} needs Node, and the page has none`;
    if (!PLACES[own].packages.includes(other)) return `${own} does not import ${other}`;
    return specifier.startsWith('.') ? `${other} is imported by its name, @easel/${other}/…` : undefined;
  }
  if (isTest(from)) return undefined;
  if (isTest(file)) return 'the product does not import its tests';
  for (const folder of PEERS) {
    const [here, there] = [peerOf(folder, from), peerOf(folder, file)];
    if (here !== undefined && there !== undefined && here !== there)
      return `${here} and ${there} are peers in ${folder}: what both need moves to a place below`;
  }
  const { places } = PLACES[own];
  if (places === null) return undefined;
  const [place, target] = [placeOf(from, places), placeOf(file, places)];
  if (places[place] === undefined)
    return `${own}/src/${place} is not in the table of places (scripts/lib/import-rules.mjs)`;
  if (place === target || places[place].includes(target)) return undefined;
  return `${own}/src/${place} does not import ${own}/src/${target}`;
}

function judgeExternal({ from, external }) {
  if (isTest(from)) return undefined;
  const broken = EXTERNALS.find(
    ({ packages, only, never, except }) =>
      packages.test(external) &&
      !except?.includes(from) &&
      ((only && !startsWithOne(from, only)) || (never && startsWithOne(from, never))),
  );
  return broken && `${external} is not imported here: ${broken.why}`;
}

/** The sentences about an edge that breaks a rule; undefined for one that keeps them all. */
export function judgeImport(edge) {
  return edge.file === undefined ? judgeExternal(edge) : judgeInternal(edge);
}
