import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { othersOutside } from '../../kit/bundle.ts';
import { root } from '../../tools/tidy/files.ts';

/** Packages that need their own files beside them: they come from the tree. */
const WITH_FILES = [
  '@node-rs/argon2',
  'better-sqlite3',
  'esbuild',
  'node-hid',
  'pg-native',
  'serialport',
  'zxing-wasm',
];

const NODE: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  conditions: ['source'],
  platform: 'node',
  target: 'node20',
  logLevel: 'error',
};

/** Bundles the agent as one file, in a folder outside the tree. */
export async function agentIn(folder: string): Promise<string> {
  const outfile = join(folder, 'agent.cjs');
  await build({
    ...NODE,
    entryPoints: ['test/system/usb/agent.ts'],
    format: 'cjs',
    plugins: [othersOutside],
    // A dynamic import would search for packages beside the bundle.
    supported: { 'dynamic-import': false },
    outfile,
  });
  return outfile;
}

/** The part that each program belongs to. */
const FOLDERS = { passfob: 'host', simulator: 'simulator' } as const;

const ENTRIES = { passfob: 'host/cli/main.ts', simulator: 'simulator/main.ts' } as const;

type Program = keyof typeof ENTRIES;

const folderOf = (name: Program) => join(root, FOLDERS[name], 'dist/test');

/** The file of a program, in the tree, where it finds the package that it belongs to. `bundlePrograms` has made it. */
export const program = (name: Program): string => join(folderOf(name), `${name}.mjs`);

/**
 * Bundles the programs of the project as one file each: in the guest they start with a third of the work that their many
 * files need.
 */
export async function bundlePrograms(): Promise<void> {
  await Promise.all([bundle('passfob'), bundle('simulator')]);
}

async function bundle(name: Program): Promise<void> {
  mkdirSync(folderOf(name), { recursive: true });
  await build({
    ...NODE,
    entryPoints: [ENTRIES[name]],
    format: 'esm',
    external: WITH_FILES,
    // CommonJS packages use it.
    banner: {
      js: "import { createRequire as toRequire } from 'node:module'; const require = toRequire(import.meta.url);",
    },
    outfile: program(name),
  });
}
