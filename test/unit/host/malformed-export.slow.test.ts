import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openInventoryFile } from '@passfob/service/subjects/tokens/import/from-inventory';
import { exportInventory } from 'passfob/inventory/exported';
import { importHandover, restore } from 'passfob/inventory/handover';
import { sealWithPassword } from 'passfob/inventory/password-file';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { failure } from './kit/failure.ts';
import { addFob, FOB } from './kit/inventory-rows.ts';
import { workplace } from './kit/workplace.ts';

const NOW = 1_800_000_000_000;

/** Returns what an inventory with one fob exports, to be changed. */
async function goodBundle() {
  const { inventory } = workplace().context;
  await addFob(inventory);
  const exported = await exportInventory(inventory);
  const [fob] = exported.fobs;
  if (fob === undefined) throw new Error('the export holds no fob');
  return { exported, fob };
}

type Good = Awaited<ReturnType<typeof goodBundle>>;

/** Contents that nothing but another program writes. */
const SHAPES: readonly (readonly [string, (good: Good) => unknown])[] = [
  ['no object', () => []],
  ['no version', ({ exported }) => ({ ...exported, version: undefined })],
  ['no fobs', ({ exported }) => ({ ...exported, fobs: {} })],
  ['a fob that is null', ({ exported }) => ({ ...exported, fobs: [null] })],
  [
    'a fob without a pairing',
    ({ exported, fob }) => ({ ...exported, fobs: [{ ...fob, pairing: undefined }] }),
  ],
  [
    'a key that is a number',
    ({ exported, fob }) => ({ ...exported, fobs: [{ ...fob, secrets: { ...fob.secrets, pairing_key: 1 } }] }),
  ],
  ['accounts that are none', ({ exported, fob }) => ({ ...exported, fobs: [{ ...fob, accounts: [1] }] })],
  ['history that is none', ({ exported }) => ({ ...exported, history: 'none' })],
];

/** Values that only the database refuses. */
const VALUES: typeof SHAPES = [
  [
    'an unknown column',
    ({ exported, fob }) => ({ ...exported, fobs: [{ ...fob, pairing: { ...fob.pairing, more: 1 } }] }),
  ],
  [
    'an unknown state',
    ({ exported, fob }) => ({ ...exported, fobs: [{ ...fob, pairing: { ...fob.pairing, state: 'lost' } }] }),
  ],
  [
    'a time that is a text',
    ({ exported, fob }) => ({
      ...exported,
      fobs: [{ ...fob, pairing: { ...fob.pairing, created_ms: 'now' } }],
    }),
  ],
  [
    'a name that is a list',
    ({ exported, fob }) => ({ ...exported, fobs: [{ ...fob, pairing: { ...fob.pairing, board: [1] } }] }),
  ],
  ['an empty history', ({ exported }) => ({ ...exported, history: [{ serial: FOB.serial }] })],
];

const DAMAGED = {
  kind: 'bad-input',
  message: 'The password opens the file, but passfob did not write its content. Nothing was added.',
  next: expect.stringContaining('another copy'),
};

it.each([...SHAPES, ...VALUES])('the file is blamed and nothing is added: %s', async (_, change) => {
  const { inventory } = workplace().context;
  const password = secret(`correct horse ${randomBytes(6).toString('hex')}`);
  const text = JSON.stringify(change(await goodBundle()));
  const path = join(inventory.directory, 'file');
  writeFileSync(path, await sealWithPassword('backup', Buffer.from(text), password));
  expect(await failure(restore(inventory, path, password))).toMatchObject(DAMAGED);
  writeFileSync(path, await sealWithPassword('handover', Buffer.from(text), password));
  expect(await failure(importHandover(inventory, path, password, NOW))).toMatchObject(DAMAGED);
  expect(await inventory.db.selectFrom('pairings').selectAll().execute()).toEqual([]);
});

it.each(SHAPES)('the import of the service blames the file: %s', async (_, change) => {
  const password = secret(`correct horse ${randomBytes(6).toString('hex')}`);
  const text = JSON.stringify(change(await goodBundle()));
  const sealed = await sealWithPassword('backup', Buffer.from(text), password);
  expect(await failure(openInventoryFile(sealed, password))).toMatchObject(DAMAGED);
});

it('a file of a later passfob asks for an update', async () => {
  const password = secret(`correct horse ${randomBytes(6).toString('hex')}`);
  const sealed = await sealWithPassword('backup', Buffer.from('{"version":2}'), password);
  expect((await failure(openInventoryFile(sealed, password))).next).toContain('Update passfob');
});
