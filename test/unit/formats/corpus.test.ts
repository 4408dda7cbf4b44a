import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isFobError } from 'passfob/errors';
import type { ImportRow } from 'passfob/formats/base/row';
import { readFiles } from 'passfob/formats/read';
import { expect, it } from 'vitest';
import { answersFor } from './keys.ts';
import { madeFiles } from './made.ts';

/** `PASSFOB_UPDATE_GOLDEN=1` writes files and results as they are now; review them before a commit. */
const isUpdate = process.env.PASSFOB_UPDATE_GOLDEN === '1';
const FOLDER = fileURLToPath(new URL('corpus/', import.meta.url));
const RESULT = '.expected.json';
const NEXT =
  'Run PASSFOB_UPDATE_GOLDEN=1 npx vitest run test/unit/formats/corpus, then read what it changed in test/unit/formats/corpus.';

const made = await madeFiles();
if (isUpdate) for (const [name, bytes] of made) writeFileSync(`${FOLDER}${name}`, bytes);
const files = readdirSync(FOLDER)
  .filter(name => !name.endsWith(RESULT))
  .sort();

it('the corpus has at least 60 files, good and bad', () => {
  expect(files.length).toBeGreaterThanOrEqual(60);
});

it.each([...made])('corpus file %s equals its generated form', (name, bytes) => {
  // Deflate may pack a picture differently in another Node; the result of the file tests its content.
  if (!name.endsWith('.png')) expect(readFileSync(`${FOLDER}${name}`)).toEqual(Buffer.from(bytes));
});

it.each(files)('corpus file %s gives its recorded result', async name => {
  const result = `${JSON.stringify(await resultOf(name), null, 1)}\n`;
  const path = `${FOLDER}${name}${RESULT}`;
  if (isUpdate) writeFileSync(path, result);
  expect(result, NEXT).toBe(existsSync(path) ? readFileSync(path, 'utf8') : '');
});

// Last: an update has written the results by then.
it('the corpus holds the result of each file, and of no other', () => {
  expect(
    readdirSync(FOLDER)
      .filter(name => name.endsWith(RESULT))
      .sort(),
    NEXT,
  ).toEqual(files.map(name => `${name}${RESULT}`).sort());
});

async function resultOf(name: string): Promise<unknown> {
  const file = { name, bytes: new Uint8Array(readFileSync(`${FOLDER}${name}`)) };
  try {
    return (await readFiles([file], answersFor(name))).map(plain);
  } catch (error) {
    if (!isFobError(error, 'bad-input')) throw error;
    return { error: error.message, next: error.next };
  }
}

function plain({ place, issuer, label, user, serial, outcome }: ImportRow): unknown {
  if (outcome.state !== 'ok') return { place, issuer, label, ...outcome };
  const { secret, suite, ...rest } = outcome.enrolment;
  return {
    place,
    state: 'ok',
    ...(serial !== undefined && { serial }),
    ...(user !== label && { user }),
    ...rest,
    secret: Buffer.from(secret).toString('hex'),
    ...(suite !== undefined && { suite }),
  };
}
