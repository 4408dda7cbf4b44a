import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emulatorHash } from '@passfob/firmware/build/emulator';
import { readLedger, writeLedger } from '@passfob/firmware/build/ledger';
import type { ImageBoard } from '@passfob/firmware/build/limits';
import { it } from 'vitest';
import { imageFolder } from '../../kit/interpreter.ts';
import { needsEspruinosArm } from '../../kit/tools.ts';
import { needsBoardFirmware } from '../../unit/emulator/kit/built-board.ts';
import { needsRp2040 } from '../../unit/rp2040/kit/picos.ts';
import { root } from '../tidy/files.ts';
import { espruinoBoards, rpPicos } from './board/boards.ts';
import { measureActs } from './board/measure-acts.ts';
import { type BoardFigures, measureBoard } from './board/measure-board.ts';

const BOARD = 'pico';

/** The acts of another board on one firmware. */
interface Measured {
  readonly board: ImageBoard;
  readonly name: string;
  readonly acts: Awaited<ReturnType<typeof measureActs>>;
}

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
  writeLedger(root, ledger);
});

it('the acts of the other images are measured on their own firmware, and docs/ledger.json is written', {
  timeout: 7_200_000,
}, async () => {
  const wifi = (needsBoardFirmware().found ?? []).filter(({ board }) => board !== BOARD);
  const measured: Measured[] = [];
  for (const firmware of wifi) {
    const { board, name } = firmware;
    measured.push({ board, name, acts: await measureActs(await espruinoBoards(firmware), true) });
  }
  for (const firmware of needsRp2040().found ?? []) {
    const { name } = firmware;
    measured.push({ board: 'rpi-pico', name, acts: await measureActs(rpPicos(firmware), false) });
  }
  if (measured.length === 0) console.log('Set ESPRUINO_WIFI or ESPRUINO_RP2040 for their figures.');
  console.log(JSON.stringify(measured, null, 2));
  const ledger = readLedger(root).map(entry => {
    const found = measured.find(({ board }) => board === entry.board);
    return found ? { ...entry, acts: { image: entry.image, firmware: found.name, ...found.acts } } : entry;
  });
  writeLedger(root, ledger);
});
