import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readCsv } from 'passfob/batch/csv';
import { PLAN_ROWS_MAX } from 'passfob/batch/limits';
import { readQrTexts } from 'passfob/enrol/qr';
import {
  ARGON2_MEMORY_KIB_MAX,
  ATTRIBUTES_MAX,
  ITERATIONS_MAX,
  LINES_MAX,
  PIXELS_MAX,
  RECORD_BYTES_MAX,
  ROWS_MAX,
  SLOTS_MAX,
  VALUES_MAX,
} from 'passfob/formats/base/limits';
import { Work } from 'passfob/formats/base/work';
import type { FormatName } from 'passfob/formats/format-names';
import { readFiles } from 'passfob/formats/read';
import { expect, it } from 'vitest';
import { png } from '../enrol/images.ts';
import { failure } from '../host/kit/failure.ts';
import { answersFor, unasked } from './keys.ts';
import { slottedAegis } from './made.ts';

const file = (text: string) => ({ name: 'made', bytes: new TextEncoder().encode(text) });
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

it('work is added up over all slots of an Aegis vault, before a password is asked for', async () => {
  const slots = Array.from({ length: SLOTS_MAX }, () => ({ n: 2 ** 18, r: 8, p: 16 }));
  const error = await failure(readFiles([file(slottedAegis(slots))], unasked));
  expect([error.kind, error.message]).toEqual(['bad-input', expect.stringContaining('far more work')]);
});

it('work is added up over all files of an import, with room for eight slots as Aegis makes them', () => {
  const work = new Work();
  const usual = { n: 2 ** 15, r: 8, p: 1 };
  for (let slot = 0; slot < SLOTS_MAX; slot++) work.takeScrypt(usual);
  for (let slot = 0; slot < SLOTS_MAX; slot++) work.takeScrypt(usual);
  expect(() => work.takeScrypt(usual)).toThrow('far more work');
  const iterations = ITERATIONS_MAX / 2;
  work.takePbkdf2({ iterations, keyBytes: 32, hash: 'sha256' });
  work.takePbkdf2({ iterations, keyBytes: 32, hash: 'sha256' });
  expect(() => work.takePbkdf2({ iterations: 1, keyBytes: 32, hash: 'sha256' })).toThrow('far more work');
});

it('memory and passes of Argon2id are limited, and added up over all files', () => {
  const usual = { memoryKib: ARGON2_MEMORY_KIB_MAX, passes: 3, lanes: 4 };
  new Work().takeArgon2(usual);
  expect(() => new Work().takeArgon2({ ...usual, memoryKib: ARGON2_MEMORY_KIB_MAX + 1 })).toThrow(
    '64 MiB of memory',
  );
  expect(() => new Work().takeArgon2({ ...usual, lanes: 17 })).toThrow('far more work');
  expect(() => new Work().takeArgon2({ ...usual, passes: 17 })).toThrow('far more work');
  for (const wrong of [0, -1, 0.5, Number.NaN]) {
    expect(() => new Work().takeArgon2({ ...usual, passes: wrong })).toThrow('far more work');
    expect(() => new Work().takeArgon2({ ...usual, memoryKib: wrong })).toThrow('far more work');
  }
  const work = new Work();
  for (let file = 0; file < 5; file++) work.takeArgon2(usual);
  expect(() => work.takeArgon2(usual)).toThrow('far more work');
});

it('each block of PBKDF2 counts, since each costs all iterations', () => {
  const asked = { iterations: ITERATIONS_MAX, hash: 'sha1' } as const;
  new Work().takePbkdf2({ ...asked, keyBytes: 16 });
  expect(() => new Work().takePbkdf2({ ...asked, keyBytes: 32 })).toThrow('far more work');
});

it('work includes the pixels of all images', () => {
  const work = new Work();
  work.takePixels(PIXELS_MAX);
  expect(() => work.takePixels(1)).toThrow('too many pixels');
});

it('an image of more pixels than allowed is not searched where log-ins wait meanwhile', async () => {
  const blank = png({ width: 60, height: 60, pixels: new Uint8Array(3600).fill(255) });
  expect((await failure(readQrTexts(blank, { pixelsMax: 3_599 }))).message).toBe('The image is too big.');
  const read = readFiles([{ name: 'blank.png', bytes: blank }], { ...unasked, imagePixelsMax: 3_599 });
  expect((await failure(read)).message).toBe('The image is too big.');
});

it.each(['aegis-wrong-password.json', '2fas-encrypted.2fas', 'bitwarden-protected.json'])(
  'a cancelled import does not continue with the keys of %s',
  async name => {
    const bytes = new Uint8Array(readFileSync(fileURLToPath(new URL(`corpus/${name}`, import.meta.url))));
    const ending = new AbortController();
    const tools = { ...answersFor(name), signal: ending.signal };
    const password = () => {
      ending.abort();
      return answersFor(name).password(name);
    };
    expect((await failure(readFiles([{ name, bytes }], { ...tools, password }))).kind).toBe('cancelled');
  },
);

it.each(['csv', 'oath', 'uri', 'freeotp'] as const)(
  'a cancelled import reads no further in a file of format %s',
  async format => {
    const read = readFiles([file('{"tokens":[]}')], { ...unasked, signal: AbortSignal.abort() }, format);
    expect((await failure(read)).kind).toBe('cancelled');
  },
);

const CONTAINER = '<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">';
const tooManyRows = `The file holds more than ${ROWS_MAX} rows.`;

// The data behind the last row would cause another error, and is never reached.
it.each([
  ['csv', `label,secret\n${'a,b\n'.repeat(ROWS_MAX)}"broken`, tooManyRows],
  ['csv', `label,secret\n${'a,'.repeat(RECORD_BYTES_MAX)}\n"broken`, 'The table has a line that is too long'],
  ['csv', `label,secret\n"${'a\n'.repeat(RECORD_BYTES_MAX)}`, 'The table has a line that is too long'],
  ['pskc', `${CONTAINER}${'<KeyPackage/>'.repeat(ROWS_MAX + 1)}</broken>`, tooManyRows],
  ['pskc', `${CONTAINER}${'<b/>'.repeat(VALUES_MAX)}</broken>`, 'The file holds too many elements'],
  ['pskc', `<a ${'b="" '.repeat(ATTRIBUTES_MAX)}c="" <`, 'The file holds too many elements'],
  ['freeotp', `{"tokens":[${'{},'.repeat(VALUES_MAX)}broken`, 'The file holds too many values.'],
  ['uri', `${'x\n'.repeat(ROWS_MAX + 1)}`, tooManyRows],
  ['uri', '\n'.repeat(LINES_MAX + 1), `The file holds more than ${LINES_MAX} lines.`],
  ['oath', '\n'.repeat(LINES_MAX + 1), `The file holds more than ${LINES_MAX} lines.`],
  ['oath', `${'x\n'.repeat(ROWS_MAX + 1)}`, tooManyRows],
] as const)('rows are counted while they are read, %s: %#', async (format: FormatName, text, said) => {
  const error = await failure(readFiles([file(text)], unasked, format));
  expect([error.kind, error.message]).toEqual(['bad-input', expect.stringContaining(said)]);
});

it('rows are counted in a plan of a batch, too', () => {
  expect(() => readCsv(`label\n${'a\n'.repeat(PLAN_ROWS_MAX + 1)}"broken`)).toThrow(
    `The plan has more than ${PLAN_ROWS_MAX} rows.`,
  );
});

it.each([
  ['csv', `label,secret,note\n${`a,${SECRET},${'x'.repeat(1_000)}\n`.repeat(ROWS_MAX - 1)}`],
  [
    'pskc',
    `${CONTAINER}${`<KeyPackage><a>${'<b/>'.repeat(60)}</a></KeyPackage>`.repeat(3_000)}</KeyContainer>`,
  ],
  ['uri', `otpauth://totp/a?secret=${SECRET}\n`.repeat(ROWS_MAX - 1)],
] as const)('a long file yields to other work: %s', async (format, text) => {
  let turns = 0;
  let isRead = false;
  const others = (async () => {
    for (; !isRead; turns++) await turn();
  })();
  await readFiles([file(text)], unasked, format);
  isRead = true;
  await others;
  expect(turns).toBeGreaterThan(5);
});

it('a secret of nothing but padding takes no longer to read', async () => {
  const start = process.cpuUsage();
  const [row] = await readFiles([file(`label,secret\na,${'='.repeat(200_000)}A\n`)], unasked);
  const { user, system } = process.cpuUsage(start);
  expect(row?.outcome.state).toBe('refused');
  expect((user + system) / 1_000).toBeLessThan(2_000);
});
