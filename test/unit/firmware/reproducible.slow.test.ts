import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { imageOf } from '@passfob/firmware/build/image';
import { BUDGETS, type ImageBoard } from '@passfob/firmware/build/limits';
import { describe, expect } from 'vitest';
import { isBigRun, LONG, share } from '../../kit/counts.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { itNeeds } from '../../kit/tools.ts';
import { root } from '../../tools/tidy/files.ts';
import { needsBuild } from '../host/kit/simulated-fob.ts';

/** The full run builds all; two show the rest. */
const isFull = isBigRun && share === 1;
const IMAGES = join(root, 'firmware/dist/image');

/** Returns lines of `sha256sum` for the files of an image. */
function sumsOf(board: ImageBoard, files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files).map(([name, text]) => {
    const hash = createHash('sha256').update(Buffer.from(text, 'latin1')).digest('hex');
    return `${hash}  ${board}/${name}`;
  });
}

/** Copies the sources of the images to another folder, as another computer has them. */
function copiedSources(): string {
  const folder = temporaryFolder('other-place');
  const filter = (path: string) => !/\/(?:dist|node_modules)$/.test(path);
  for (const part of ['firmware', 'protocol'])
    cpSync(join(root, part), join(folder, part), { recursive: true, filter });
  mkdirSync(join(folder, 'node_modules/@passfob'), { recursive: true });
  symlinkSync(join(folder, 'protocol'), join(folder, 'node_modules/@passfob/protocol'));
  return folder;
}

describe('reproducible images', LONG, () => {
  itNeeds(
    needsBuild,
    'images built again, in another folder, have the hashes that the package carries',
    async () => {
      const carried = readFileSync(join(IMAGES, 'SHA256SUMS'), 'utf8').trim().split('\n');
      const elsewhere = copiedSources();
      const boards = isFull ? (Object.keys(BUDGETS) as ImageBoard[]) : (['pico', 'bench'] as const);
      const again: string[] = [];
      for (const board of boards) again.push(...sumsOf(board, await imageOf(elsewhere, board)));
      expect(again.length).toBe(3 * boards.length);
      const wanted = carried.filter(line => boards.some(board => line.includes(`  ${board}/`)));
      expect(wanted.filter(line => !line.endsWith('/manifest.json')).sort()).toEqual(again.sort());
    },
  );
});

itNeeds(needsBuild, 'the hashes that the package carries are those of its files', () => {
  const lines = readFileSync(join(IMAGES, 'SHA256SUMS'), 'utf8').trim().split('\n');
  expect(lines).toHaveLength(4 * Object.keys(BUDGETS).length);
  for (const line of lines) {
    const [hash = '', path = ''] = line.split('  ');
    expect(
      createHash('sha256')
        .update(readFileSync(join(IMAGES, path)))
        .digest('hex'),
    ).toBe(hash);
  }
});
