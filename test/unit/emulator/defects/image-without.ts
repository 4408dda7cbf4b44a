import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageOf } from '@passfob/firmware/build/image';
import { broken, type Change } from '../../../tools/mutants/defect.ts';
import { root } from '../../../tools/tidy/files.ts';

/** Builds the image of the pico from changed sources; returns its files by name. */
export async function imageWithout(...changes: readonly Change[]): Promise<Record<string, Uint8Array>> {
  const folder = mkdtempSync(join(tmpdir(), 'passfob-defects-'));
  try {
    const isSource = (path: string) => !/\/(?:dist|node_modules)$/.test(path);
    for (const part of ['firmware', 'protocol'])
      cpSync(join(root, part), join(folder, part), { recursive: true, filter: isSource });
    mkdirSync(join(folder, 'node_modules/@passfob'), { recursive: true });
    symlinkSync(join(folder, 'protocol'), join(folder, 'node_modules/@passfob/protocol'));
    for (const change of changes) {
      const path = join(folder, change.file);
      writeFileSync(path, broken(change, readFileSync(path, 'utf8')));
    }
    const files = Object.entries(await imageOf(folder, 'pico'));
    return Object.fromEntries(files.map(([name, text]) => [name, Buffer.from(text, 'latin1')]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
