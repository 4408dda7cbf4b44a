import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Stays outside: it starts a program that lies beside it. */
const esbuildApart = {
  name: 'esbuild-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^esbuild$/ }, () => ({ path: import.meta.resolve('esbuild'), external: true }));
  },
};

/**
 * Loads TypeScript with all that it imports, compiled in memory: Node 20 runs none, and runners must work when vitest
 * does not.
 * @param entry from the root
 */
export async function load(entry) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // Our packages from their sources.
    conditions: ['source', 'module'],
    plugins: [esbuildApart],
    write: false,
  });
  const source = Buffer.from(outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${source}`);
}
