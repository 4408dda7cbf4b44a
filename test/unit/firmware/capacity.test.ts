import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  ATTEMPT_COUNTER_BYTES,
  BIRTH_BYTES,
  SECRETS_BYTES,
  SECRETS_FILE_BYTES,
} from '@passfob/firmware/boards/limits';
import {
  BUDGETS,
  PICO_ATTEMPT_FILES,
  PICO_PAIRINGS,
  PICO_STORAGE_BYTES,
  STORAGE_FREE_BYTES,
} from '@passfob/firmware/build/limits';
import { memoryStore } from '@passfob/simulator';
import { STORAGE_ALIGN_BYTES, STORAGE_HEADER_BYTES } from '@passfob/simulator/base/limits';
import { afterEach, expect, it } from 'vitest';
import { ascii, Owner } from '../../fob/conformance/owner.ts';
import { SimulatorDriver } from '../../fob/conformance/simulator-driver.ts';
import { heardFrom } from '../../kit/heard.ts';
import { imageFolder } from '../../kit/interpreter.ts';
import { type Bench, bench, partImage } from '../parts/kit.ts';

const BOARDS = ['pico', 'pico-hid'] as const;
const FILES = ['.boot0', '.bootcde', 'app'] as const;

const built = (board: string, name: string) => new Uint8Array(readFileSync(join(imageFolder(board), name)));
const bytesOf = (files: Readonly<Record<string, Uint8Array>>) =>
  Object.values(files).reduce((sum, file) => sum + file.length, 0);

/** Returns a built image of its budget's full length: newlines behind the code, and the CRC-32 of both. */
function largestImage(board: (typeof BOARDS)[number]): Record<string, Uint8Array> {
  const image = Object.fromEntries(FILES.map(name => [name, built(board, name)]));
  const app = Buffer.from(built(board, 'app')).toString('latin1');
  const padding = BUDGETS[board].imageBytes - bytesOf(image);
  const code = app.slice(app.indexOf('\n') + 1) + '\n'.repeat(padding);
  const crc = crc32(Buffer.from(code, 'latin1')).toString(16).padStart(8, '0');
  return { ...image, app: ascii(`//PF1 ${crc}\n${code}`) };
}

/**
 * The parts that write to Storage, on a board whose Storage holds the largest image and the data that flashing adds.
 */
async function partsBesideTheLargestImage(): Promise<{ made: Bench; image: readonly number[] }> {
  const parts = await partImage({ StorageAttemptCounter: 'attempt-counter', StorageKeystore: 'keystore' });
  const image = { ...parts, '.boot0': built('pico-hid', '.boot0') };
  const app = new Uint8Array(BUDGETS.pico.imageBytes - bytesOf(image)).fill(0x20);
  const files = {
    app,
    birth: new Uint8Array(32).fill(1),
    keys: new Uint8Array(SECRETS_FILE_BYTES + 1).fill(1),
  };
  const made = bench(image, { files });
  made.ask('global.m = new StorageAttemptCounter(); global.k = new StorageKeystore(); 0');
  return { made, image: [...Object.values(image), app].map(file => file.length) };
}

const free = (made: Bench) => Number(made.ask('require("Storage").getFree()'));
const addMarks = (made: Bench, count: number) =>
  made.ask(`(function(){for(var i=0;i<${count};i++)if(!m.add())return i;return m.count()})()`);

/** Returns the space that a file takes in Storage. */
const placeOf = (bytes: number) =>
  STORAGE_HEADER_BYTES + Math.ceil(bytes / STORAGE_ALIGN_BYTES) * STORAGE_ALIGN_BYTES;

/** Returns the bytes of Storage under an image and every file that a fob may ever write, each at its largest. */
function storageSum(image: readonly number[]): number {
  const files = [...image, BIRTH_BYTES, SECRETS_FILE_BYTES + 1];
  for (let n = 0; n < PICO_PAIRINGS; n++) files.push(SECRETS_FILE_BYTES);
  for (let n = 0; n < PICO_ATTEMPT_FILES; n++) files.push(ATTEMPT_COUNTER_BYTES);
  return files.reduce((sum, bytes) => sum + placeOf(bytes), 0);
}

let driver: SimulatorDriver | undefined;
afterEach(async () => {
  await driver?.close();
  driver = undefined;
});

it.each(BOARDS)('the largest %s image and every file at its largest fit without a compaction', board => {
  const sum = storageSum(Object.values(largestImage(board)).map(file => file.length));
  expect(sum + STORAGE_FREE_BYTES).toBeLessThanOrEqual(PICO_STORAGE_BYTES);
});

it('Storage holds, beside the largest image, the PIN attempts and pairings that the sum counts', async () => {
  const { made, image } = await partsBesideTheLargestImage();
  expect(addMarks(made, 1)).toBe(1);
  // More than fit: the last ones are not kept.
  expect(addMarks(made, (PICO_ATTEMPT_FILES + 1) * ATTEMPT_COUNTER_BYTES)).toBe(
    PICO_ATTEMPT_FILES * ATTEMPT_COUNTER_BYTES,
  );
  const pairings = made.ask(
    `(function(){var n=0;while(k.save(new Uint8Array(${SECRETS_BYTES}).fill(n))){n++;if(!k.clear())return -1}return n})()`,
  );
  expect(pairings).toBe(PICO_PAIRINGS);
  expect(PICO_STORAGE_BYTES - free(made)).toBe(storageSum(image));
  expect(free(made)).toBeGreaterThanOrEqual(STORAGE_FREE_BYTES);
  expect(made.fob.wear().flashErases).toEqual([0, 0, 0]);
  expect(made.fob.violations).toEqual([]);
});

it('Storage holds only files that the sum counts, whatever a fob has done', async () => {
  const storage = memoryStore();
  const one = new SimulatorDriver({ image: largestImage('pico'), storage });
  driver = one;
  const owner = new Owner(one);
  await owner.take(1_800_000_000);
  await owner.put({ secret: ascii('12345678901234567890') });
  await owner.choosePin('4831', { attempts: 3, typing: 3 });
  await owner.toList();
  expect(await owner.pressed()).toMatch(/^\d{6}$/);
  await owner.client.call('erase', {}, { onPressNeeded: owner.approve });
  await owner.pair();
  const heard = heardFrom(one.fob.serial('USB'));
  await owner.client.call('maintain', {}, { onPressNeeded: owner.approve });
  await one.advance(500);
  one.fob.serial('USB').write(ascii('\x10print("FILES",require("Storage").list().join(),"END")\n'));
  await one.advance(500);
  const files = /FILES (\S*) END/.exec(heard.text)?.[1]?.split(',').sort();
  expect(files).toEqual(['.boot0', '.bootcde', 'app', 'birth', 'keys', 'marks0']);
  expect(one.fob.wear().flashErases).toEqual([0, 0, 0]);
  expect(one.fob.violations).toEqual([]);
});
