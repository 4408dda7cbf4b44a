import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addPendingAccount } from 'passfob/inventory/accounts';
import { exportInventory } from 'passfob/inventory/exported';
import { backUp, give, restore } from 'passfob/inventory/handover';
import { openInventory } from 'passfob/inventory/inventory';
import { addPendingPairing, confirmPairing } from 'passfob/inventory/pairings';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { secrets, settings } from '../../unit/host/kit/inventory-rows.ts';
import { readTrace } from '../trace/kit.ts';
import { type Attempt, type Delay, type Ended, imported, type Row, run } from './row.ts';

const PASSWORD = secret('correct horse battery');

/** Fills the inventory of a folder: each fob with an account. @returns its serials */
async function fill(folder: string, names: string, count = 3): Promise<string[]> {
  const inventory = openInventory(folder);
  const serials = Array.from({ length: count }, (_, index) => `PF-QPZR-${names}${index}X8`);
  for (const serial of serials) {
    const id = await addPendingPairing(inventory, { serial, board: 'pico', firmware: '0.1.0' }, secrets(), 1);
    await confirmPairing(inventory, id, 2, true);
    await addPendingAccount(inventory, id, settings(), secret(new Uint8Array(randomBytes(20))), 2);
  }
  await inventory.close();
  return serials;
}

/** Opens every secret of the inventory. @returns the serials of its fobs */
async function openedSerials({ folder }: Attempt): Promise<string[]> {
  const inventory = openInventory(folder);
  try {
    return (await exportInventory(inventory)).fobs.map(({ pairing }) => pairing.serial).sort();
  } finally {
    await inventory.close();
  }
}

/** Makes a backup of another inventory, and its password file. @returns the arguments that name both */
async function backupOf({ folder, at }: Attempt, names: string): Promise<string[]> {
  const other = join(folder, `other-${names}`);
  await fill(other, names);
  const inventory = openInventory(other);
  await backUp(inventory, at(`backup-${names}`), PASSWORD);
  await inventory.close();
  writeFileSync(at('password'), `${PASSWORD}\n`, { mode: 0o600 });
  return [at(`backup-${names}`), '--password-file', at('password')];
}

/** A command that lost against another says so: the person runs it again. */
function expectUnderstood(ended: readonly Ended[]): void {
  const refused = ended.filter(({ exitCode }) => exitCode !== 0);
  for (const { printed } of refused) expect(printed).toMatch(/another passfob|got a new key/);
  expect(refused.length).toBeLessThan(ended.length);
}

const succeed = (ended: readonly Ended[]) =>
  expect(ended.map(({ exitCode, printed }) => [exitCode, exitCode === 0 ? '' : printed])).toEqual([
    [0, ''],
    [0, ''],
  ]);

const keyLines = ({ at }: Attempt) =>
  readFileSync(at('inventory.key'), 'utf8').trimEnd().split('\n').slice(1);

const KEY_SOURCES = ['host/encryption-at-rest/key-file.ts', 'host/private-file.ts', 'host/file-lock.ts'];
const SERVICES = ['https://one.example', 'https://two.example', 'https://three.example'] as const;
/** A process that started later still reads before the other has written. */
const SLOW_DISK: readonly Delay[] = [{ calls: 'fsync', ms: 2_000 }];
const FINGERPRINT = 'ab'.repeat(16);
const add = (url: string) => ['agent', 'add', url, '--fingerprint', FINGERPRINT];

/** SQLite has written its intention to write by then, and does not wait for another that does the same. */
const beginningTheLog = ({ at }: Attempt) => [
  { calls: 'openat', ms: 800, paths: [at('inventory.db-journal')] },
];

function services({ at }: Attempt): string[] {
  const read = JSON.parse(readFileSync(at('agent.json'), 'utf8')) as { services: { url: string }[] };
  return read.services.map(({ url }) => url).sort();
}

export const hostRows: readonly Row[] = [
  {
    file: 'inventory.key',
    sources: KEY_SOURCES,
    writers: 'inventory rekey, inventory rekey',
    async prepare({ folder }) {
      await fill(folder, 'Y');
      return [
        ['inventory', 'rekey'],
        ['inventory', 'rekey'],
      ];
    },
    async holds(attempt, ended) {
      expect(await openedSerials(attempt)).toHaveLength(3);
      expectUnderstood(ended);
      expect(keyLines(attempt)).toHaveLength(1);
    },
  },
  {
    file: 'inventory.key',
    sources: KEY_SOURCES,
    writers: 'inventory rekey, inventory restore',
    async prepare(attempt) {
      await fill(attempt.folder, 'Y');
      return [
        ['inventory', 'rekey'],
        ['inventory', 'restore', ...(await backupOf(attempt, 'Z'))],
      ];
    },
    async holds(attempt, ended) {
      const restored = ended[1]?.exitCode === 0 ? 3 : 0;
      expect(await openedSerials(attempt)).toHaveLength(3 + restored);
      expectUnderstood(ended);
    },
  },
  {
    file: 'inventory.key',
    sources: KEY_SOURCES,
    writers: 'handover take of a fob that comes back, inventory rekey',
    async prepare(attempt) {
      const { folder, at } = attempt;
      await fill(folder, 'Y', 1);
      const inventory = openInventory(folder);
      await give(inventory, ['PF-QPZR-Y0X8'], at('given'), PASSWORD, 3);
      await inventory.close();
      const take = `
        ${imported('openInventory', 'host/dist/inventory/inventory.js')}
        ${imported('importHandover', 'host/dist/inventory/handover.js')}
        const inventory = openInventory(process.env.PASSFOB_HOME);
        await importHandover(inventory, ${JSON.stringify(at('given'))}, ${JSON.stringify(PASSWORD)}, 4);
        await inventory.close();`;
      return [take, ['inventory', 'rekey']];
    },
    // The file is opened after the inventory.
    delays: ({ at }) => [{ calls: 'openat', ms: 4_000, paths: [at('given')] }],
    async holds(attempt, ended) {
      expect(await openedSerials(attempt)).toHaveLength(1);
      expect(ended[1]?.exitCode).toBe(0);
    },
  },
  {
    file: 'inventory.db, its first use',
    sources: ['host/open-database.ts', 'host/database-file.ts'],
    writers: 'inventory list, inventory list',
    prepare: () => [
      ['inventory', 'list'],
      ['inventory', 'list'],
    ],
    delays: beginningTheLog,
    holds: (_, ended) => succeed(ended),
  },
  {
    file: 'inventory.db and inventory.key, their first use',
    sources: ['host/open-database.ts', 'host/database-file.ts', ...KEY_SOURCES],
    writers: 'inventory restore, inventory restore of two backups',
    async prepare(attempt) {
      return [
        ['inventory', 'restore', ...(await backupOf(attempt, 'Y'))],
        ['inventory', 'restore', ...(await backupOf(attempt, 'Z'))],
      ];
    },
    delays: beginningTheLog,
    async holds(attempt, ended) {
      succeed(ended);
      expect(await openedSerials(attempt)).toHaveLength(6);
    },
  },
  {
    file: 'the journal of a batch, in inventory.db',
    sources: ['host/open-database.ts', 'host/database-file.ts'],
    writers: 'batch, batch with the same plan',
    async prepare({ folder }) {
      await openInventory(folder).close();
      return ['one', 'two'].map(
        serial => `
        ${imported('openInventory, together', 'host/dist/inventory/inventory.js')}
        ${imported('openBatch, assignRow', 'host/dist/inventory/batches.js')}
        const inventory = openInventory(process.env.PASSFOB_HOME);
        const id = await openBatch(inventory, 'plan', 1);
        const assign = key => together(inventory, within => assignRow(within, id, key, '${serial}', new Uint8Array(4), 2));
        for (const key of ['row-1', 'row-2', 'row-3'])
          await assign(key).then(
            () => console.log(key),
            error => { if (error.kind !== 'row-taken') throw error; },
          );
        await inventory.close();`,
      ) as [string, string];
    },
    holds(_, ended) {
      expect(ended.map(({ exitCode, printed }) => [exitCode, exitCode === 0 ? '' : printed])).toEqual([
        [0, ''],
        [0, ''],
      ]);
      const taken = ended.flatMap(({ printed }) => printed.trimEnd().split('\n').filter(Boolean));
      expect(taken.sort()).toEqual(['row-1', 'row-2', 'row-3']);
    },
  },
  {
    file: 'agent.json',
    sources: ['host/agent/network/settings.ts', 'host/private-file.ts', 'host/file-lock.ts'],
    writers: 'agent add, agent add',
    prepare: () => [add(SERVICES[0]), add(SERVICES[1])],
    delays: () => SLOW_DISK,
    holds(attempt, ended) {
      succeed(ended);
      expect(services(attempt)).toEqual([SERVICES[0], SERVICES[1]]);
    },
  },
  {
    file: 'agent.json',
    sources: ['host/agent/network/settings.ts', 'host/private-file.ts', 'host/file-lock.ts'],
    writers: 'agent add, agent remove',
    async prepare({ folder }) {
      await run(folder, add(SERVICES[2]));
      return [add(SERVICES[0]), ['agent', 'remove', SERVICES[2]]];
    },
    delays: () => SLOW_DISK,
    holds(attempt, ended) {
      succeed(ended);
      expect(services(attempt)).toEqual([SERVICES[0]]);
    },
  },
  {
    file: 'agent.json',
    sources: ['host/agent/network/settings.ts', 'host/private-file.ts', 'host/file-lock.ts'],
    writers: 'activate, which records its service, agent add',
    prepare: () => [
      `${imported('recordService', 'host/dist/cli/agent/record.js')}
      const terminal = { environment: process.env, note: text => console.log(text) };
      await recordService({ service: '${SERVICES[2]}', fingerprint: new Uint8Array(16) }, {}, terminal);`,
      add(SERVICES[0]),
    ],
    delays: () => SLOW_DISK,
    holds(attempt, ended) {
      succeed(ended);
      expect(services(attempt)).toEqual([SERVICES[0], SERVICES[2]].sort());
    },
  },
  {
    file: 'agent.lock',
    sources: ['host/cli/agent/control.ts', 'host/file-lock.ts'],
    writers: 'agent run, agent run',
    prepare: ({ at }) => {
      const hold = `
        ${imported('holdControl', 'host/dist/cli/agent/control.js')}
        const held = await holdControl(process.env.PASSFOB_HOME, async () => ({}));
        ${inside(at('log'))}
        await held.release();`;
      return [hold, hold];
    },
    holds: (attempt, ended) => expectAlone(attempt, ended, 'An agent of this user runs already'),
  },
  {
    file: 'a file of seeds (--out)',
    sources: ['host/commands/out-file.ts', 'host/private-file.ts'],
    writers: 'export --out, export --out of the same name',
    prepare: ({ at }) => {
      const save = (letter: string) => `
        ${imported('saveNew', 'host/dist/commands/out-file.js')}
        saveNew(${JSON.stringify(at('seeds'))}, '${letter}'.repeat(${letter === 'a' ? 90_000 : 50_000}));`;
      return [save('a'), save('b')];
    },
    holds({ at }, ended) {
      expect(readFileSync(at('seeds'), 'latin1')).toMatch(/^(?:a{90000}|b{50000})$/);
      expectOneNew(ended);
    },
  },
  {
    file: 'a backup or handover under a password',
    sources: ['host/inventory/password-file.ts', 'host/private-file.ts'],
    writers: 'inventory backup, inventory backup into the same name',
    async prepare({ folder, at }) {
      await fill(folder, 'Y');
      writeFileSync(at('password'), `${PASSWORD}\n`, { mode: 0o600 });
      const backup = ['inventory', 'backup', at('backup'), '--password-file', at('password')];
      return [backup, backup];
    },
    async holds({ folder, at }, ended) {
      expectOneNew(ended);
      const elsewhere = openInventory(join(folder, 'elsewhere'));
      expect((await restore(elsewhere, at('backup'), PASSWORD)).added).toHaveLength(3);
      await elsewhere.close();
      expect(statSync(at('backup')).mode & 0o777).toBe(0o600);
    },
  },
  {
    file: 'a trace of a connection',
    sources: ['host/cli/base/trace-file.ts', 'host/private-file.ts'],
    writers: 'info --trace-file, info --trace-file of the same name',
    prepare: ({ at }) => {
      const trace = (port: string) => `
        ${imported('traceToFile', 'host/dist/cli/base/trace-file.js')}
        const record = traceToFile(${JSON.stringify(at('trace'))});
        for (let line = 0; line < 40; line++) {
          record('${port}', 'in', 'text\\n');
          await new Promise(resolve => setTimeout(resolve, 50));
        }`;
      return [trace('one'), trace('another port, so that its blocks lie elsewhere')];
    },
    delays: () => [{ calls: 'write', ms: 15 }],
    holds: ({ at }) => expectTrace(at('trace')),
  },
];

/** The part of a writer that must never run in two processes: it notes its beginning and its end. */
export function inside(log: string): string {
  return `
    const { appendFileSync } = await import('node:fs');
    appendFileSync(${JSON.stringify(log)}, 'in\\n');
    await new Promise(resolve => setTimeout(resolve, 2_000));
    appendFileSync(${JSON.stringify(log)}, 'out\\n');`;
}

/** One writer at a time was inside, at least one of them, and the other was told why it was not. */
export function expectAlone({ at }: Attempt, ended: readonly Ended[], refusal: string): void {
  expect(readFileSync(at('log'), 'latin1')).toMatch(/^(?:in\nout\n)+$/);
  for (const { exitCode, printed } of ended) if (exitCode !== 0) expect(printed).toContain(refusal);
}

/** Of two that make one new file, one is told that it exists. */
export function expectOneNew(ended: readonly Ended[]): void {
  expect(ended.filter(({ exitCode }) => exitCode === 0)).toHaveLength(1);
  expect(ended.map(({ printed }) => printed).join('')).toMatch(/file of this name|exists already/);
}

/** The whole trace is of one program. */
export function expectTrace(path: string): void {
  const { records, error, isCutOff } = readTrace(readFileSync(path));
  expect([error, isCutOff]).toEqual([undefined, false]);
  expect(records.length).toBeGreaterThan(0);
}
