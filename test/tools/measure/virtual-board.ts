import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emulatorHash } from '@passfob/firmware/build/emulator';
import { readLedger } from '@passfob/firmware/build/ledger';
import { it } from 'vitest';
import { imageFolder } from '../../kit/interpreter.ts';
import { needsEspruinosArm } from '../../kit/tools.ts';
import { root } from '../tidy/files.ts';
import { type BoardFigures, measureBoard } from './board/measure-board.ts';

const BOARD = 'pico';

it('the pico image is measured on virtual boards, and docs/ledger.json is written', {
  timeout: 7_200_000,
}, async () => {
  const { name, found } = needsEspruinosArm();
  if (found === undefined) throw new Error(`Set ${name}, then run npm run measure again.`);
  const manifest = join(imageFolder(BOARD), 'manifest.json');
  const { hash } = JSON.parse(readFileSync(manifest, 'utf8')) as { hash: string };
  const path = process.env.AUTHENTIWATCH || undefined;
  if (path === undefined)
    console.log('AUTHENTIWATCH does not name its app.js: the reference is not measured.');
  const boardFigures: BoardFigures[] = [];
  for (const firmware of found) boardFigures.push(await measureBoard(firmware, hash, path));
  console.log(JSON.stringify(boardFigures, null, 2));
  const emulator = await emulatorHash(root);
  const figures = boardFigures.map(figure => ({ ...figure, emulator }));
  const ledger = readLedger(root).map(entry =>
    entry.board === BOARD ? { ...entry, boardFigures: figures } : entry,
  );
  writeFileSync(join(root, 'docs/ledger.json'), `${JSON.stringify(ledger, null, 2)}\n`);
});
