import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { root } from '../tidy/files.ts';

/** Packages that need files of their own beside them: they come from the tree. */
const WITH_FILES = [
  '@node-rs/argon2',
  'better-sqlite3',
  'esbuild',
  'espruino',
  'node-hid',
  'pg-native',
  'serialport',
  'zxing-wasm',
];

const NODE: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'error',
};

/** The agent as one file, in a folder outside the tree. */
export async function agentIn(folder: string): Promise<string> {
  const outfile = join(folder, 'agent.cjs');
  await build({
    ...NODE,
    entryPoints: ['test/usb/agent.ts'],
    format: 'cjs',
    packages: 'external',
    // A dynamic import would look for packages beside the bundle.
    supported: { 'dynamic-import': false },
    outfile,
  });
  return outfile;
}

/**
 * A program of the project as one file: in the guest it starts with a third of the work that its many files are.
 * @returns its path, in the tree, where it finds the package that it belongs to
 */
export async function program(name: 'passfob' | 'simulator'): Promise<string> {
  mkdirSync(join(root, 'dist/test'), { recursive: true });
  const outfile = join(root, 'dist/test', `${name}.mjs`);
  await build({
    ...NODE,
    entryPoints: [name === 'passfob' ? 'host/cli/main.ts' : 'simulator/main.ts'],
    format: 'esm',
    external: WITH_FILES,
    // Packages that are no modules use it.
    banner: {
      js: "import { createRequire as toRequire } from 'node:module'; const require = toRequire(import.meta.url);",
    },
    outfile,
  });
  return outfile;
}
