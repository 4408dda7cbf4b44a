import { randomBytes } from 'node:crypto';
import type { Context } from 'passfob/commands/context';
import { flash } from 'passfob/commands/flash';
import { list } from 'passfob/commands/list';
import { update } from 'passfob/commands/update';
import { keysFile } from 'passfob/flash/secrets';
import { pairingKeyOf, pairingsOf, recoveryKeyOf } from 'passfob/inventory/pairings';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { Board } from './kit.ts';
import {
  accountsOn,
  enrolled,
  flashed,
  imageOfVersion,
  NO_QUESTIONS,
  onFob,
  ownerOf,
  updated,
} from './owner.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

const dryRun = (context: Context, board: Board) =>
  flash(context, board.port, { board: 'pico', isDryRun: true, ...NO_QUESTIONS });

it.each(['pico', 'espruino-wifi', 'rpi-pico', 'rpi-pico2', 'banglejs2', 'bench'] as const)(
  'flashing makes a fob of a %s that holds the keys of the inventory',
  async kind => {
    const board = new Board(kind);
    const { context, reported } = ownerOf(() => board);
    const result = await flash(context, board.port, { board: kind, isDryRun: false, ...NO_QUESTIONS });
    const interpreter = kind.startsWith('rpi') ? '2v30' : '2v29';
    expect(result).toMatchObject({ board: kind, pairing: 'new', isDryRun: false, interpreter });
    const [pairing] = await pairingsOf(context.inventory, result.serial);
    expect(pairing).toMatchObject({ state: 'confirmed', board: kind, escrowed_ms: expect.any(Number) });
    await enrolled(context, board, ['anna']);
    expect([await accountsOn(context, board), board.fob.violations]).toEqual([['anna'], []]);

    const uploads = reported.filter(({ event }) => event === 'uploading');
    expect(uploads.length).toBeGreaterThan(5);
    expect(uploads.at(-1)).toMatchObject({ bytesDone: result.files.bytes, bytesTotal: result.files.bytes });
    expect(reported.map(({ event }) => event)).not.toContain('pairing-resumed');
  },
);

it("flashing keeps secrets out of the console's output and history", async () => {
  const board = new Board();
  const { context } = ownerOf(() => board);
  const { serial } = await flashed(context, board);
  const [pairing] = await pairingsOf(context.inventory, serial);
  const key = secret(await pairingKeyOf(context.inventory, pairing?.id ?? 0));
  const recovery = secret(await recoveryKeyOf(context.inventory, pairing?.id ?? 0));
  expect(board.received).not.toContain('atob');
  for (const way of [board.received, board.fob.consoleText()]) {
    expect(way).not.toContain(Buffer.from(key).toString('latin1'));
    expect(way).not.toContain(Buffer.from(key).toString('base64').slice(0, 12));
  }
  // The recovery key goes to the fob only inside a session.
  expect(board.sent).not.toContain(Buffer.from(recovery).toString('base64').slice(0, 12));
  // Espruino echoes a line, and keeps it in its history, unless it begins with DLE.
  const lines = board.sent.split('\n').filter(line => line.includes('Storage'));
  expect(lines.length).toBeGreaterThan(50);
  expect(lines.filter(line => !line.startsWith('\x10'))).toEqual([]);
});

it('a dry run of flash says what it would do, and does nothing', async () => {
  const board = new Board('pico', { notes: bytes('my own') });
  const { context } = ownerOf(() => board);
  const before = board.fob.operations;
  const result = await flash(context, board.port, { board: 'pico', isDryRun: true, ...NO_QUESTIONS });
  expect(result.files).toMatchObject({ kept: ['notes'], erased: [], removed: [], isCompacted: false });
  expect(result.files.written.map(({ name }) => name)).toEqual([
    'keys',
    'birth',
    '.bootcde',
    'app',
    '.boot0',
  ]);
  expect(result).toMatchObject({ pairing: 'new', isDryRun: true });
  expect(board.fob.operations).toBe(before);
  expect(await pairingsOf(context.inventory, result.serial)).toEqual([]);
  // The real run does what the dry run says.
  expect((await flashed(context, board)).files).toEqual(result.files);
  expect(board.holds('notes')).toBe(true);
});

it('flashing gives a fob whose Storage was lost its own keys again, and no more PIN attempts', async () => {
  const board = new Board();
  const { context } = ownerOf(() => board);
  const first = await flashed(context, board);
  await enrolled(context, board, ['anna', 'ben']);
  board.loseStorage();
  expect(await flashed(context, board)).toMatchObject({ pairing: 'restored', serial: first.serial });
  expect(await accountsOn(context, board)).toEqual(['anna', 'ben']);
  expect(await pairingsOf(context.inventory, first.serial)).toHaveLength(1);
});

it('flashing restores keys that alone were lost, after a press on the fob', async () => {
  const board = new Board();
  const { context, reported } = ownerOf(() => board);
  await flashed(context, board);
  await enrolled(context, board, ['anna']);
  board.loseFile('keys');
  expect(await onFob(board, async fob => fob.hello.state)).toBe('keys-lost');
  const again = await update(context, board.port, { isDryRun: false });
  expect(again).toMatchObject({ accounts: 1, isDryRun: false });
  expect(reported.map(({ event }) => event)).toContain('restore-press-needed');
  expect(again.files?.written.map(({ name }) => name)).toEqual(['keys', '.boot0']);
  expect(await accountsOn(context, board)).toEqual(['anna']);
});

it('flashing never replaces an existing vault', async () => {
  const board = new Board();
  const { context } = ownerOf(() => board);
  const { serial } = await flashed(context, board);
  await enrolled(context, board, ['anna']);
  board.loseStorage();
  // Another owner flashes it: their keys do not open the vault, which stays unchanged.
  const stranger = ownerOf(() => board);
  await expect(flashed(stranger.context, board)).rejects.toMatchObject({
    kind: 'verification-failed',
    message: `The fob ${serial} runs, but its memory does not answer, or holds the vault of other keys.`,
  });
  board.loseStorage();
  await flashed(context, board);
  expect(await accountsOn(context, board)).toEqual(['anna']);
});

it('flash asks before it flashes over the keys of another owner', async () => {
  const keys = keysFile(
    { deviceSecret: new Uint8Array(randomBytes(32)), pairingKey: new Uint8Array(randomBytes(32)) },
    false,
  );
  const board = new Board('pico', { keys: keys.bytes });
  const { context } = ownerOf(() => board);
  const before = board.fob.operations;
  await expect(flashed(context, board)).rejects.toThrow(
    /^it asked: The board PF-.* is a fob of another owner: its accounts will be lost\. Flash it all the same\?$/,
  );
  expect(board.fob.operations).toBe(before);
  await flash(context, board.port, { board: 'pico', isDryRun: false, confirm: async () => undefined });
  expect(await onFob(board, async fob => fob.hello.state)).toBe('owned');
});

it('flash asks before it replaces a program of the user', async () => {
  const board = new Board('pico', { '.bootcde': bytes('var mine=1'), app: bytes('more of it') });
  const { context } = ownerOf(() => board);
  await expect(flashed(context, board)).rejects.toThrow(
    'it asked: The board has a program of its own (app, .bootcde), which will be replaced. Go on?',
  );
  expect(await pairingsOf(context.inventory, (await dryRun(context, board)).serial)).toEqual([]);
  expect((await dryRun(context, board)).files.erased).toEqual(['app', '.bootcde']);
});

it('flash asks before it deletes a file that would keep the fob from starting', async () => {
  const board = new Board('pico', { '.bootrst': bytes('1') });
  const { context } = ownerOf(() => board);
  await expect(flashed(context, board)).rejects.toThrow(
    'it asked: .bootrst on the board would keep the fob from starting. Delete this, for good?',
  );
  const done = await flash(context, board.port, {
    board: 'pico',
    isDryRun: false,
    confirm: async () => undefined,
  });
  expect(done.files.removed).toEqual(['.bootrst']);
});

it('an update renews the firmware after a press, keeps accounts and PIN attempts, and answers a second time', async () => {
  const board = new Board();
  const { context, reported } = ownerOf(() => board);
  await flashed(context, board);
  await enrolled(context, board, ['anna', 'ben']);
  const image = imageOfVersion('0.2.7');
  const done = await updated(context, board, image);
  expect(done).toMatchObject({ firmwareBefore: '0.2.0', firmware: '0.2.7', accounts: 2 });
  expect(done.files).toMatchObject({ erased: ['.boot0', 'app'], isCompacted: true });
  expect(reported).toContainEqual(expect.objectContaining({ event: 'press-needed', purpose: 'maintenance' }));
  expect(reported.map(({ event }) => event)).toContain('compacting');
  expect(await accountsOn(context, board)).toEqual(['anna', 'ben']);
  const { files } = await updated(context, board, image);
  expect(files).toMatchObject({ written: [], erased: [], bytes: 0 });
  expect((await onFob(board, fob => list(context, fob))).accounts).toHaveLength(2);
});

it('an update of a Raspberry Pi Pico, at a port that others share, keeps its accounts and interrupts nothing', async () => {
  const board = new Board('rpi-pico');
  const { context } = ownerOf(() => board);
  await flash(context, board.port, { board: 'rpi-pico', isDryRun: false, ...NO_QUESTIONS });
  await enrolled(context, board, ['anna']);
  const image = imageOfVersion('0.2.7', 'rpi-pico');
  const port = { ...board.port, isShared: true };
  board.sent = '';
  expect(await update(context, port, { isDryRun: false, image: () => image })).toMatchObject({
    firmware: '0.2.7',
    accounts: 1,
  });
  expect([board.sent[0], board.sent.includes('\x03')]).toEqual(['\n', false]);
  expect(await accountsOn(context, board)).toEqual(['anna']);
});

it('a dry run of update changes nothing and asks for no press', async () => {
  const board = new Board();
  const { context, reported } = ownerOf(() => board);
  await flashed(context, board);
  const result = await update(context, board.port, { isDryRun: true, image: () => imageOfVersion('0.2.7') });
  expect(result).toMatchObject({ isDryRun: true, firmwareBefore: '0.2.0', firmware: '0.2.7', accounts: 0 });
  expect(reported.map(({ event }) => event)).not.toContain('press-needed');
  expect(await onFob(board, async fob => fob.hello.firmware)).toBe('0.2.0');
});
