import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build } from 'esbuild';
import { EMULATOR_HASH_CHARS } from './limits.ts';

/**
 * Returns the beginning of the SHA-256 of the emulator that runs Espruino's own firmware: the virtual board, with all that it
 * loads of the simulator. Comments and types change nothing.
 */
export async function emulatorHash(root: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'emulator/board/virtual-board.ts')],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
    write: false,
  });
  const hash = createHash('sha256').update(outputFiles[0]?.text ?? '');
  return hash.digest('hex').slice(0, EMULATOR_HASH_CHARS);
}
