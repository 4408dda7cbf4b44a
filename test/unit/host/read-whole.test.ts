import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { readAtMost } from '@passfob/simulator/base/node/read-at-most';
import { fileStore } from '@passfob/simulator/recording/state/stores';
import { readPlan } from 'passfob/batch/plan';
import { systemCode } from 'passfob/errors';
import { PrivateFileError, readPrivately } from 'passfob/private-file';
import {
  readFirstLine,
  readPieces,
  readPlainFile,
  readWhole,
  UnfitFile,
  withShortLines,
} from 'passfob/read-whole';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { itNeeds } from '../../kit/tools.ts';
import { needsLinux } from '../../service/flood/kit.ts';
import { failure } from './kit/failure.ts';

const folder = temporaryFolder('test', afterAll);
const pipe = join(folder, 'pipe');
const file = join(folder, 'file');
const sparse = join(folder, 'sparse');
const BYTES_MAX = 1_000;
const TERABYTE = 2 ** 40;

beforeAll(() => {
  execFileSync('mkfifo', [pipe]);
  writeFileSync(file, 'one\r\ntwo\n');
  writeFileSync(sparse, '');
  truncateSync(sparse, TERABYTE);
});

it('a file is read whole, and its first line alone', async () => {
  expect(Buffer.from(await readWhole(file, BYTES_MAX, undefined)).toString()).toBe('one\r\ntwo\n');
  expect(await readFirstLine(file, BYTES_MAX, undefined)).toBe('one');
  expect(readPlainFile(file, BYTES_MAX).toString()).toBe('one\r\ntwo\n');
  expect(Buffer.from(readAtMost(file, BYTES_MAX) ?? []).toString()).toBe('one\r\ntwo\n');
});

it('a pipe is read to the end of its writer', async () => {
  const read = readWhole(pipe, BYTES_MAX, undefined);
  await writeFile(pipe, 'hello');
  expect(Buffer.from(await read).toString()).toBe('hello');
});

it.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
  ['as a whole', signal => readWhole(pipe, BYTES_MAX, signal)],
  ['piece by piece', signal => readPieces(pipe, signal).next()],
  ['as a plan', signal => readPlan(pipe, signal)],
])('a command that waits for the writer of a pipe can be ended: %s', async (_, read) => {
  const ending = new AbortController();
  const error = failure(read(ending.signal));
  setImmediate(() => ending.abort());
  expect([(await error).kind, (await failure(read(ending.signal))).kind]).toEqual(['cancelled', 'cancelled']);
});

it.each([
  ['a folder', folder, 'is a folder.'],
  ['nothing', join(folder, 'absent'), 'does not exist.'],
  ['a sparse file of a terabyte', sparse, 'is too big.'],
])('%s is refused with what it is', async (_, path, words) => {
  expect(await failure(readWhole(path, BYTES_MAX, undefined))).toMatchObject({
    kind: 'bad-input',
    message: `The file ${path} ${words}`,
  });
});

itNeeds(needsLinux, 'a device without an end is read up to the limit', async () => {
  expect((await failure(readWhole('/dev/zero', BYTES_MAX, undefined))).message).toContain('is too big');
  expect(
    (await failure(readWhole('/dev/null', BYTES_MAX, undefined).then(() => readPlan('/dev/null')))).kind,
  ).toBe('bad-input');
});

itNeeds(needsLinux, 'a file of /proc, which tells no size, is read to its end or to the limit', async () => {
  expect(await readFirstLine('/proc/self/status', 10 * BYTES_MAX, undefined)).toMatch(/^Name:/);
  expect((await failure(readWhole('/proc/self/status', 10, undefined))).message).toContain('is too big');
  expect(readPlainFile('/proc/self/status', 10 * BYTES_MAX).toString()).toMatch(/^Name:/);
  expect(() => readPlainFile('/proc/self/status', 10)).toThrow(UnfitFile);
});

const unfit = [
  ['a pipe without a writer', pipe],
  ['a folder', folder],
  ['a sparse file of a terabyte', sparse],
] as const;

it.each(unfit)('%s is refused at once', (_, path) => {
  expect(() => readPlainFile(path, BYTES_MAX)).toThrow(UnfitFile);
  expect(() => readPrivately(path, BYTES_MAX)).toThrow(PrivateFileError);
});

it.each(unfit.slice(0, 2))('the simulator refuses %s at once', (_, path) => {
  expect(() => readAtMost(path, BYTES_MAX)).toThrow('is not a regular file');
  expect(codeOrWords(() => fileStore(path).close())).toMatch(/EISDIR|is not a regular file/);
});

it('the simulator reads no more of a file than it may hold', () => {
  expect(readAtMost(sparse, BYTES_MAX)).toBeUndefined();
  expect(() => fileStore(sparse)).toThrow('is not the memory of a simulated fob');
});

function codeOrWords(work: () => void): string {
  try {
    work();
    return '';
  } catch (error) {
    return systemCode(error) || String(error);
  }
}

it('a line without an end is kept in part, and the next one whole', async () => {
  const source = new PassThrough();
  const short = withShortLines(source, 5);
  source.write('123');
  source.write('4567890');
  source.end('1\nab\n\n123456\n');
  expect(await text(short)).toBe('12345\nab\n\n12345\n');
});
