import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';

// Runs as firmware/dist/build/program.js: puts the modules of the command line and of the service into few files, since
// each file costs a start its time. What they share lies in chunks, so that a command loads what it needs.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Where programs and threads of a part start. */
const STARTS = {
  host: ['./cli/main.ts', './enrol/qr-process.ts'],
  service: ['./subjects/validation/thread/worker.ts'],
} as const;

const OUTSIDE = [
  // They have native parts or other files of their own.
  ...['@node-rs/argon2', 'better-sqlite3', 'node-hid', 'pg', 'serialport', 'zxing-wasm'],
  // They load each other, and packages of others do.
  ...['@fastify/*', 'ajv', 'fastify', 'light-my-request', 'ws'],
  // Both parts need a few files of them, or of what they bring.
  ...['@noble/*', '@scure/*', 'csv-parse', 'escape-goat', 'ipaddr.js', 'otplib'],
  // They have no file with their licence.
  ...['@bufbuild/protobuf', 'saxes'],
];

interface Manifest {
  readonly exports: Readonly<
    Record<string, { readonly source?: string; readonly default?: string } | string>
  >;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (part: string) =>
  JSON.parse(readFileSync(join(root, part, 'package.json'), 'utf8')) as Manifest;

/** Where the files of programs lie in a part. */
const FOLDER = 'dist/program';

/** Returns the sources of what a part exports from its program. */
function exportedBy({ exports }: Manifest): string[] {
  const targets = Object.values(exports).flatMap(target => (typeof target === 'string' ? [] : [target]));
  return targets.flatMap(({ source, default: file }) =>
    source !== undefined && file?.startsWith(`./${FOLDER}/`) ? [source] : [],
  );
}

/** What both parts need is in the host's files, which hand it on: one process has one copy of it. */
const HANDED_ON = 'passfob/third-party/';
const handedOn = exportedBy(manifestOf('host')).flatMap(
  source => /^\.\/third-party\/(.+)\.ts$/.exec(source)?.[1] ?? [],
);

async function bundleProgram(part: keyof typeof STARTS): Promise<void> {
  const manifest = manifestOf(part);
  const folder = join(root, part, FOLDER);
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: join(root, part),
    entryPoints: [...exportedBy(manifest), ...STARTS[part]],
    outbase: '.',
    outdir: FOLDER,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // Lines of an error lead to the sources; these are not in the package.
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    // Packages in CommonJS among them call it.
    banner: {
      js: "import{createRequire as madeRequire}from'node:module';const require=madeRequire(import.meta.url);",
    },
    external: [...OUTSIDE, '@passfob/*', 'passfob', 'passfob/*'],
    plugins: part === 'host' ? [] : [fromHost],
  });
  refuseMissing(part, manifest, metafile);
  addBundled(part, packagesIn(Object.keys(metafile.inputs)));
  const files = Object.keys(metafile.outputs).filter(path => path.endsWith('.js'));
  const bytes = files.reduce((sum, path) => sum + (metafile.outputs[path]?.bytes ?? 0), 0);
  console.log(`program of ${part}: ${bytes} bytes in ${files.length} files`);
}

const fromHost: Plugin = {
  name: 'handed-on',
  setup({ onResolve }) {
    const filter = new RegExp(`^(?:${handedOn.join('|')})$`);
    onResolve({ filter }, ({ path }) => ({ path: HANDED_ON + path, external: true }));
  },
};

/** What stays outside has to be there where the part is installed. */
function refuseMissing(
  part: string,
  { dependencies, peerDependencies }: Manifest,
  { outputs }: Metafile,
): void {
  const there = new Set([...Object.keys({ ...dependencies, ...peerDependencies }), ...builtinModules]);
  const imported = Object.values(outputs).flatMap(({ imports }) =>
    imports.flatMap(({ path, external }) => (external && !path.startsWith('node:') ? [path] : [])),
  );
  for (const path of imported) {
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;
    if (!there.has(name)) throw new Error(`${name} stays outside of ${part}, which does not depend on it`);
  }
}

/** Returns the folders in `node_modules` of the packages that files of a bundle come from. */
function packagesIn(paths: readonly string[]): string[] {
  const folders = paths.map(
    path => /node_modules\/(.*node_modules\/)?(@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0],
  );
  return [...new Set(folders)].flatMap(folder => folder?.replace('node_modules/', '') ?? []);
}

/** Adds to what an earlier step of the build put into the part. The last step writes the notices of these packages. */
function addBundled(part: string, names: readonly string[]): void {
  const path = join(root, part, 'dist/bundled.json');
  const before = JSON.parse(readFileSync(path, 'utf8')) as string[];
  writeFileSync(path, `${JSON.stringify([...new Set([...before, ...names])].sort())}\n`);
}

await bundleProgram('host');
await bundleProgram('service');
