import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { broken, type Change } from '../../../tools/mutants/defect.ts';
import { root } from '../../../tools/tidy/files.ts';

/** Puts changes into the files that have them, as they are read. */
function changing(changes: readonly Change[]): Plugin {
  return {
    name: 'changes',
    setup({ onLoad }) {
      for (const change of changes)
        onLoad({ filter: new RegExp(`/${change.file}$`) }, () => ({
          contents: broken(change, readFileSync(join(root, change.file), 'utf8')),
          loader: 'ts',
        }));
    },
  };
}

/** Compiles TypeScript, which imports files by their paths from the root, with changes in those files. */
export async function compiledWithout(
  source: string,
  changes: readonly Change[],
  options: Pick<BuildOptions, 'format' | 'platform' | 'target' | 'minify'>,
): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    absWorkingDir: root,
    stdin: { contents: source, resolveDir: root, loader: 'ts' },
    bundle: true,
    conditions: ['source'],
    write: false,
    plugins: [changing(changes)],
  });
  return outputFiles?.[0]?.text ?? '';
}
