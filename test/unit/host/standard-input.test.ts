import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { helpAt } from 'passfob/cli/command-help';
import { commandTable } from 'passfob/cli/table';
import { openInventory } from 'passfob/inventory/inventory';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { PASSWORD } from '../formats/keys.ts';
import { addFob, FOB } from './kit/inventory-rows.ts';
import { passfobHere } from './kit/terminal.ts';

const corpus = (name: string) => fileURLToPath(new URL(`../formats/corpus/${name}`, import.meta.url));

interface RunOptions {
  readonly input?: Uint8Array | string;
  readonly home?: string;
  /** Typed by a person at the terminal of the process; without it there is none. */
  readonly typed?: string;
}

/** Runs the command line in this process, with a pipe as its standard input. */
const passfob = (args: readonly string[], { input = '', home = temporaryFolder(), typed }: RunOptions = {}) =>
  passfobHere(args, {
    input,
    environment: { PASSFOB_HOME: home },
    ...(typed !== undefined && { typed: ['(not shown):', `${typed}\r`] }),
  });

it('every argument that names a file reads it from standard input for -, or is a file to write', async () => {
  const reads: string[] = [];
  const writes: string[] = [];
  for (const { name, runs, takeOver } of await commandTable()) {
    if (!runs || takeOver !== undefined) continue;
    const { arguments: given } = await helpAt(name.split(' '));
    for (const one of given) {
      if (!/\bfiles?\b/.test(`${one.name} ${one.describe}`)) continue;
      if (one.describe.includes('"-" for standard input')) reads.push(name);
      else writes.push(name);
    }
  }
  expect(reads.sort()).toEqual([
    'batch',
    'handover take',
    'import',
    'inventory export',
    'inventory restore',
    'service restore',
    'trace',
  ]);
  expect(writes.sort()).toEqual(['inventory backup', 'service audit', 'service backup']);
  for (const name of writes) {
    const words = name === 'service audit' ? [name, 'export'] : [name];
    const { exitCode, stderr } = await passfob([...words.join(' ').split(' '), '-']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('- is standard input')]);
  }
});

it('import - imports what standard input holds', async () => {
  const input = readFileSync(corpus('uri-good.txt'));
  const piped = await passfob(['import', '-', '--dry-run'], { input });
  const named = await passfob(['import', corpus('uri-good.txt'), '--dry-run']);
  expect([piped.exitCode, piped.stdout]).toEqual([named.exitCode, named.stdout]);
  expect(piped.stdout).toContain(' ok\n');
  const both = await passfob(['import', corpus('uri-twice.txt'), '-', '--dry-run'], { input });
  expect(both.stdout).toContain('\nstandard input, line 1');
  expect(await passfob(['import', '-', '-', '--dry-run'], { input })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('- can be given only once: it is standard input.'),
  });
});

it.each([
  ['nothing', ''],
  ['an empty line', '\n'],
  ['a heading alone', 'label,secret\n'],
  ['an export without accounts', readFileSync(corpus('aegis-no-entries.json'))],
])('import fails for %s, also in a dry run and beside a file with accounts', async (_, input) => {
  expect((await passfob(['import', '-', '--dry-run'], { input })).exitCode).toBe(3);
  expect((await passfob(['import', '-', '--port', 'tcp:127.0.0.1:9'], { input })).exitCode).toBe(3);
  const { exitCode, stderr } = await passfob(['import', corpus('uri-good.txt'), '-', '--dry-run'], { input });
  expect([exitCode, stderr]).toEqual([3, expect.stringMatching(/standard input/i)]);
});

it('a question goes to the terminal while standard input is the file, and says what to do without one', async () => {
  const input = readFileSync(corpus('2fas-encrypted.2fas'));
  const asked = await passfob(['import', '-', '--dry-run'], { input, typed: PASSWORD });
  expect([asked.exitCode, asked.stdout]).toEqual([0, expect.stringContaining(' ok\n')]);
  const { exitCode, stderr } = await passfob(['import', '-', '--dry-run'], { input });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--password-file FILE')]);
});

it('batch - and inventory export - read the plan from standard input under a name of their own', async () => {
  const input = 'issuer,label,secret\nExample,alice,generate\n';
  const { exitCode, stdout } = await passfob(['batch', '-', '--name', 'tray', '--dry-run'], { input });
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('0 of 1 rows of tray are done.')]);
  const out = ['--out', 'x', '--plain-seeds'];
  expect(await passfob(['inventory', 'export', '-', '--name', 'tray', ...out], { input })).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('No row of tray is done in this inventory.'),
  });
  for (const command of [
    ['batch', '-'],
    ['inventory', 'export', '-', ...out],
  ])
    expect(await passfob(command, { input })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--name'),
    });
  const codes = await passfob(['batch', '-', '--name', 'tray', '--codes-from', '-'], { input });
  expect([codes.exitCode, codes.stderr]).toEqual([
    2,
    expect.stringContaining('cannot both be standard input'),
  ]);
  expect((await passfob(['batch', '-', '--name', 'tray', '--dry-run'])).stderr).toContain('no rows');
});

it('inventory restore - and handover take - read standard input and ask at the terminal', async () => {
  const home = temporaryFolder();
  const inventory = openInventory(home);
  await addFob(inventory);
  await inventory.close();
  const passwordFile = join(home, 'password');
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  const protectedBy = ['--password-file', passwordFile];
  const given = join(home, 'given');
  const backup = join(home, 'backup');
  expect((await passfob(['inventory', 'backup', backup, ...protectedBy], { home })).exitCode).toBe(0);
  const give = ['handover', 'give', FOB.serial, '--out', given, ...protectedBy];
  expect((await passfob(give, { home })).exitCode).toBe(0);
  for (const [command, file] of [
    ['inventory restore', backup],
    ['handover take', given],
  ] as const) {
    const input = readFileSync(file);
    const taken = await passfob([...command.split(' '), '-'], { input, typed: PASSWORD });
    expect([taken.exitCode, taken.stdout]).toEqual([0, `Added: ${FOB.serial}.\n`]);
    const unasked = await passfob([...command.split(' '), '-'], { input });
    expect([unasked.exitCode, unasked.stderr]).toEqual([2, expect.stringContaining('--password-file FILE')]);
  }
});

it('a backup without a fob is no backup to restore', async () => {
  const home = temporaryFolder();
  const passwordFile = join(home, 'password');
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  const protectedBy = ['--password-file', passwordFile];
  const backup = join(home, 'backup');
  expect((await passfob(['inventory', 'backup', backup, ...protectedBy], { home })).exitCode).toBe(0);
  const { exitCode, stderr } = await passfob(['inventory', 'restore', backup, ...protectedBy], { home });
  expect([exitCode, stderr]).toEqual([3, expect.stringContaining('There is no fob in')]);
});
