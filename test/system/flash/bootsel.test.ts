import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT_CODES, exitCodeOf } from 'passfob/cli/base/exit-codes';
import { flash } from 'passfob/commands/flash';
import { type EspruinoSystem, installEspruino, planEspruino } from 'passfob/commands/flash-espruino';
import type { FobError } from 'passfob/errors';
import type { FlashBoardName } from 'passfob/flash/boards';
import { mountedFolders, type OpenFile } from 'passfob/flash/bootsel';
import { BOOTSEL_PIECE_BYTES } from 'passfob/flash/limits';
import { readAddress } from 'passfob/transports/discover';
import { namedPort, type PortFound } from 'passfob/transports/ports';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { uf2 } from '../../kit/uf2.ts';
import { failure } from '../../unit/host/kit/failure.ts';
import { Board } from './kit.ts';
import { NO_QUESTIONS, ownerOf } from './owner.ts';

/** The drives of the boot ROMs, as folders. */
const INFO = {
  RP2040: 'UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n',
  RP2350: 'UF2 Bootloader v1.0\r\nModel: Raspberry Pi RP2350\r\nBoard-ID: RP2350\r\n',
} as const;
const COPY = 'PASSFOB.UF2';
const YES = async () => undefined;

function driveOf(chip: keyof typeof INFO): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'INFO_UF2.TXT'), INFO[chip]);
  return folder;
}

function fileOf(bytes: Uint8Array): string {
  const path = join(temporaryFolder(), 'espruino.uf2');
  writeFileSync(path, bytes);
  return path;
}

/** Two pieces and some: a copy can be cut between them. */
const BLOCKS = (2 * BOOTSEL_PIECE_BYTES) / 512 + 7;

const PORT: PortFound = { ...namedPort(readAddress('/dev/ttyACM0')), usbId: '2e8a:000a', isShared: true };

/** A machine with these drives, where the board is there as a serial port once its file is whole. */
function machine(board: Board, folders: readonly string[], openFile: OpenFile = open): EspruinoSystem {
  const isCopied = () => folders.some(folder => existsSync(join(folder, COPY)));
  return {
    folders: async () => folders,
    ports: async () => (isCopied() ? [PORT] : []),
    openPort: async () => board.port.open(),
    openFile,
    returnMs: 300,
  };
}

function said(error: FobError) {
  const exit = Object.entries(EXIT_CODES).find(([, { code }]) => code === exitCodeOf(error))?.[0];
  return [error.message, error.next, exit];
}

const planned = (board: FlashBoardName, file: string, folders: readonly string[], drive?: string) =>
  planEspruino(board, { uf2: file, drive }, undefined, { folders: async () => folders });

it.each([
  ['rpi-pico', 'RP2040'],
  ['rpi-pico2', 'RP2350'],
] as const)('an Espruino is copied onto the drive of a %s, which then becomes a fob', async (kind, chip) => {
  const board = new Board(kind);
  const { context, reported } = ownerOf(() => board);
  const folders = [temporaryFolder(), driveOf(chip), driveOf(chip === 'RP2040' ? 'RP2350' : 'RP2040')];
  const bytes = uf2(chip, BLOCKS);
  const plan = await planned(kind, fileOf(bytes), folders);
  expect(plan).toMatchObject({ build: null, drive: { folder: folders[1], chip } });
  expect(plan.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  const port = await installEspruino(context, {}, plan, YES, machine(board, folders));
  expect(new Uint8Array(readFileSync(join(plan.drive.folder, COPY)))).toEqual(bytes);
  const patience = board.port.patience;
  const result = await flash(context, patience ? { ...port, patience } : port, {
    board: kind,
    isDryRun: false,
    ...NO_QUESTIONS,
  });
  expect(result).toMatchObject({ board: kind, pairing: 'new' });
  const copied = reported.filter(({ event }) => event === 'espruino-copying');
  expect(copied.map(each => 'bytesDone' in each && each.bytesDone)).toEqual([
    BOOTSEL_PIECE_BYTES,
    2 * BOOTSEL_PIECE_BYTES,
    bytes.length,
  ]);
  expect(reported.map(({ event }) => event)).toContain('board-awaited');
});

it('a build that nobody knows is installed only after a question, which says what is unknown', async () => {
  const board = new Board('rpi-pico');
  const { context } = ownerOf(() => board);
  const folder = driveOf('RP2040');
  const plan = await planned('rpi-pico', fileOf(uf2('RP2040', 2)), [], folder);
  const questions: string[] = [];
  const asked = async (question: string) => {
    questions.push(question);
    throw new Error('no');
  };
  const system = machine(board, [folder]);
  await expect(installEspruino(context, {}, plan, asked, system)).rejects.toThrow('no');
  expect(questions.join()).toContain(plan.sha256);
  expect(questions.join()).toContain('who made it, and whether it is Espruino, cannot be told');
  expect(existsSync(join(folder, COPY))).toBe(false);
  await installEspruino(context, {}, { ...plan, build: '2v30 0123abcd' }, asked, system);
  expect([questions.length, existsSync(join(folder, COPY))]).toEqual([1, true]);
});

it('the drive is found by its INFO_UF2.TXT, and named where there is more than one', async () => {
  const file = fileOf(uf2('RP2040', 1));
  const [one, other] = [driveOf('RP2040'), driveOf('RP2040')];
  const noDrive = temporaryFolder();
  writeFileSync(join(noDrive, 'INFO_UF2.TXT'), 'x'.repeat(100_000));
  const folderOfThatName = temporaryFolder();
  mkdirSync(join(folderOfThatName, 'INFO_UF2.TXT'));
  const others = [noDrive, folderOfThatName, join(one, 'gone'), driveOf('RP2350')];
  expect(said(await failure(planned('rpi-pico', file, others)))).toEqual([
    'No drive of an RP2040 is there.',
    'Unplug the board, hold its button BOOTSEL while you plug it in again, and mount its drive; or name the folder with --drive.',
    'no-fob',
  ]);
  expect(said(await failure(planned('rpi-pico', file, [one, other])))).toEqual([
    `More than one board waits for its Espruino: ${one}, ${other}.`,
    'Say which one with --drive FOLDER.',
    'usage',
  ]);
  expect((await planned('rpi-pico', file, [one, other], other)).drive.folder).toBe(other);
});

it('a file or a drive for another chip is refused, and nothing is written', async () => {
  const drive = driveOf('RP2350');
  expect(said(await failure(planned('rpi-pico2', fileOf(uf2('RP2040', 1)), [drive])))).toEqual([
    'The UF2 file is for an RP2040; the chip of rpi-pico2 is RP2350. Nothing was written.',
    'Name the file for this board, or the board of this file with --board.',
    'bad-input',
  ]);
  const file = fileOf(uf2('RP2040', 1));
  expect(said(await failure(planned('rpi-pico', file, [], drive)))[0]).toBe(
    `The board at ${drive} is an RP2350, and the file is for an RP2040. Nothing was written.`,
  );
  const folder = temporaryFolder();
  expect(said(await failure(planned('rpi-pico', file, [], folder)))[0]).toBe(
    `${folder} is not the drive of a Raspberry Pi Pico: it has no INFO_UF2.TXT that says so.`,
  );
  expect(said(await failure(planned('rpi-pico', fileOf(new Uint8Array(8_000_000)), [drive])))[0]).toMatch(
    / is too big\.$/,
  );
  expect(existsSync(join(drive, COPY))).toBe(false);
});

/** Opens files whose device is gone after so many bytes; its end is seen by a write, or by the system when it syncs. */
function pulledAfter(bytes: number, at: 'write' | 'sync', code = 'EIO'): OpenFile {
  const gone = () => Object.assign(new Error('gone'), { code });
  return async (path, flags) => {
    const file = await open(path, flags);
    let done = 0;
    return {
      async write(piece) {
        if (at === 'write' && done + piece.length > bytes) throw gone();
        done += piece.length;
        return file.write(piece);
      },
      async sync() {
        if (at === 'sync' && done >= bytes) throw gone();
      },
      close: () => file.close(),
    };
  };
}

it.each([
  [0, 'write'],
  [BOOTSEL_PIECE_BYTES, 'write'],
  [BOOTSEL_PIECE_BYTES, 'sync'],
  [2 * BOOTSEL_PIECE_BYTES, 'sync'],
] as const)(
  'a cable pulled after %i bytes of Espruino (%s) costs nothing but the copy',
  async (after, at) => {
    const board = new Board('rpi-pico');
    const { context } = ownerOf(() => board);
    const folder = driveOf('RP2040');
    const bytes = uf2('RP2040', BLOCKS);
    const plan = await planned('rpi-pico', fileOf(bytes), [folder]);
    const cut = machine(board, [folder], pulledAfter(after, at));
    const error = await failure(installEspruino(context, {}, plan, YES, cut));
    expect(said(error)).toEqual([
      `The copy of Espruino onto ${folder} ended after ${after} of ${bytes.length} bytes.`,
      'The boot loader cannot be lost: unplug the board, hold its button BOOTSEL while you plug it in again, and run the same command again.',
      'no-answer',
    ]);
    expect(error.details).toEqual({ bytesDone: after, bytesTotal: bytes.length });
    // The boot loader's drive is as empty as before.
    rmSync(join(folder, COPY), { force: true });
    await installEspruino(context, {}, plan, YES, machine(board, [folder]));
  },
);

it('a drive that is gone at the end of the copy is what success looks like', async () => {
  const board = new Board('rpi-pico');
  const { context } = ownerOf(() => board);
  const folder = driveOf('RP2040');
  const bytes = uf2('RP2040', BLOCKS);
  const plan = await planned('rpi-pico', fileOf(bytes), [folder]);
  const system = machine(board, [folder], pulledAfter(bytes.length, 'sync'));
  expect((await installEspruino(context, {}, plan, YES, system)).address).toBe('serial:/dev/ttyACM0');
});

it.each([
  ['whole', open, 'Espruino was copied onto the board, which has not come back as a serial port.'],
  [
    'unsure',
    pulledAfter(0, 'sync'),
    'The board left while Espruino was copied, and has not come back as a serial port: the copy may be cut off.',
  ],
] as const)(
  'a board that does not come back after its Espruino is reported (%s)',
  async (_, openFile, sentence) => {
    const board = new Board('rpi-pico');
    const { context } = ownerOf(() => board);
    const folder = driveOf('RP2040');
    const plan = await planned('rpi-pico', fileOf(uf2('RP2040', 1)), [folder]);
    const system = { ...machine(board, [folder], openFile), ports: async () => [] };
    const [message, next, exit] = said(await failure(installEspruino(context, {}, plan, YES, system)));
    expect([message, exit]).toEqual([sentence, 'no-answer']);
    expect(next).toContain('hold its button BOOTSEL while you plug it in again');
  },
);

it('a drive that this user may not write to is named, and a cancelled copy says how far it came', async () => {
  const board = new Board('rpi-pico');
  const { context } = ownerOf(() => board);
  const folder = driveOf('RP2040');
  const plan = await planned('rpi-pico', fileOf(uf2('RP2040', BLOCKS)), [folder]);
  const closed = machine(board, [folder], async () => {
    throw Object.assign(new Error('no'), { code: 'EROFS' });
  });
  expect(said(await failure(installEspruino(context, {}, plan, YES, closed)))[0]).toBe(
    `The drive ${folder} cannot be written by this user. Nothing was written.`,
  );
  const ending = new AbortController();
  const report = () => ending.abort();
  const cancelled = { ...context, report, signal: ending.signal };
  const error = await failure(installEspruino(cancelled, {}, plan, YES, machine(board, [folder])));
  expect([error.kind, error.details]).toEqual([
    'cancelled',
    { bytesDone: BOOTSEL_PIECE_BYTES, bytesTotal: plan.bytes.length },
  ]);
});

it('a drive with a link in place of the copy is refused, and the file behind the link stays', async () => {
  const board = new Board('rpi-pico');
  const { context } = ownerOf(() => board);
  const folder = driveOf('RP2040');
  const victim = join(temporaryFolder(), 'mine');
  writeFileSync(victim, 'mine');
  symlinkSync(victim, join(folder, COPY));
  const plan = await planned('rpi-pico', fileOf(uf2('RP2040', 1)), [folder]);
  const error = await failure(installEspruino(context, {}, plan, YES, machine(board, [folder])));
  expect(said(error)).toEqual([
    `${join(folder, COPY)} is a link, which no boot loader's drive has. Nothing was written.`,
    'Do not use this drive. Name the right one with --drive.',
    'refused',
  ]);
  expect(readFileSync(victim, 'utf8')).toBe('mine');
});

it('the drives of Windows are its letters; elsewhere they are below the usual folders', async () => {
  expect(await mountedFolders('win32')).toEqual(expect.arrayContaining(['D:\\', 'Z:\\']));
  for (const platform of ['linux', 'darwin']) {
    for (const folder of await mountedFolders(platform))
      expect(folder).toMatch(/^\/(?:run\/media|media|mnt|Volumes)\//);
  }
});
