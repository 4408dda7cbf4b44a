import { mkdirSync } from 'node:fs';
import { serviceActor } from '@passfob/service/base/actor';
import { openStore } from '@passfob/service/storage/database/database';
import { ensureIdentity } from '@passfob/service/storage/encryption-at-rest/identity';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import { rekey } from '@passfob/service/subjects/operations/rekey';
import { restore } from '@passfob/service/subjects/operations/restore';
import { expect } from 'vitest';
import { expectOneNew } from './host-rows.ts';
import { type Attempt, type Ended, imported, type Row } from './row.ts';

const REKEY_SOURCES = ['host/encryption-at-rest/key-file.ts', 'host/private-file.ts', 'host/file-lock.ts'];
/** Longer ago than nodes have to follow a new key. */
const LONG_AGO_MS = 3_600_000;

async function opened({ at }: Attempt) {
  const directory = at('service');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const store = await openStore({ directory });
  return { store, db: store.db, directory, keys: openKeyFile(directory, true) };
}

/** A service with its identity. @param isBegun an hour ago a re-keying began, whose second run is due */
async function makeService(attempt: Attempt, isBegun: boolean): Promise<string> {
  const { store, ...place } = await opened(attempt);
  await ensureIdentity(store.db, place.keys, 1);
  if (isBegun) await rekey({ ...place, clock: () => Date.now() - LONG_AGO_MS }, serviceActor);
  await store.close();
  return place.directory;
}

/** The identity, and what another re-keying begins with, open with the keys of the file. */
async function expectOpens(attempt: Attempt): Promise<void> {
  const { store, ...place } = await opened(attempt);
  await ensureIdentity(store.db, place.keys, 1);
  const begun = { ...place, clock: Date.now };
  expect((await rekey(begun, serviceActor)).unreadable).toBe(0);
  expect((await rekey({ ...begun, clock: () => Date.now() + LONG_AGO_MS }, serviceActor)).state).toBe('done');
  expect(openKeyFile(place.directory, false).sealing.size).toBe(1);
  await store.close();
}

function expectUnderstood(ended: readonly Ended[], refusal = 'being changed'): void {
  const refused = ended.filter(({ exitCode }) => exitCode !== 0);
  for (const { printed } of refused) expect(printed).toContain(refusal);
  expect(refused.length).toBeLessThan(ended.length);
}

/** The lock of the key file, which the second run takes before it deletes the old keys. */
const lockDelays = ({ at }: Attempt) => [
  {
    calls: 'openat',
    ms: 2_500,
    paths: [at('service/service.key.new'), at('service/service.key.lock')],
    from: 2,
  },
];

export const serviceRows: readonly Row[] = [
  {
    file: 'service.key',
    sources: REKEY_SOURCES,
    writers: 'service rekey, service rekey',
    async prepare(attempt) {
      const command = ['service', 'rekey', '--dir', await makeService(attempt, false)];
      return [command, command];
    },
    async holds(attempt, ended) {
      expectUnderstood(ended);
      await expectOpens(attempt);
    },
  },
  {
    file: 'service.key',
    sources: REKEY_SOURCES,
    writers: 'service rekey that ends one, service rekey that ends it and begins another',
    async prepare(attempt) {
      const command = ['service', 'rekey', '--dir', await makeService(attempt, true)];
      const main = JSON.stringify(command);
      const twice = `
        import { spawnSync } from 'node:child_process';
        ${imported('rekey', 'service/dist/subjects/operations/rekey.js')}
        ${imported('openStore', 'service/dist/storage/database/database.js')}
        ${imported('openKeyFile', 'service/dist/storage/encryption-at-rest/key-file.js')}
        ${imported('serviceActor', 'service/dist/base/actor.js')}
        const directory = ${main}[3];
        const store = await openStore({ directory });
        const place = { db: store.db, directory, clock: Date.now };
        for (let time = 0; time < 40; time++) {
          await new Promise(resolve => setTimeout(resolve, 100));
          const row = await store.db.selectFrom('settings').select('name').where('name', '=', 'rekey').executeTakeFirst();
          if (row === undefined) break;
        }
        await rekey({ ...place, keys: openKeyFile(directory, false) }, serviceActor);
        await store.close();`;
      return [command, twice];
    },
    delays: lockDelays,
    async holds(attempt, ended) {
      expectUnderstood(ended);
      await expectOpens(attempt);
    },
  },
  {
    file: 'service.db and service.key, their first use',
    sources: ['host/open-database.ts', 'service/storage/sqlite/statements.ts', ...REKEY_SOURCES],
    writers: 'serve, serve in an empty folder',
    prepare: ({ at }) => {
      const directory = at('service');
      mkdirSync(directory, { mode: 0o700 });
      const start = `
        ${imported('createService', 'service/dist/node/service.js')}
        const service = await createService({ directory: ${JSON.stringify(directory)}, port: 0 });
        await service.close();`;
      return [start, start];
    },
    delays: ({ at }) => [{ calls: 'openat', ms: 800, paths: [at('service/service.db-journal')] }],
    async holds(attempt, ended) {
      // On a disk as slow as this, the tables of the first start may take longer than the second waits.
      expectUnderstood(ended, 'in use by another program. Try again');
      await expectOpens(attempt);
    },
  },
  {
    file: 'a backup of the service',
    sources: ['service/subjects/operations/backup.ts'],
    writers: 'service backup, service backup into the same name',
    async prepare(attempt) {
      const command = ['service', 'backup', attempt.at('backup'), '--dir', await makeService(attempt, false)];
      return [command, command];
    },
    async holds(attempt, ended) {
      const { at } = attempt;
      expectOneNew(ended);
      const { keys, store: first } = await opened(attempt);
      await first.close();
      mkdirSync(at('restored'), { mode: 0o700 });
      const store = await openStore({ directory: at('restored') });
      const restored = await restore({ store, keys, clock: Date.now }, serviceActor, { path: at('backup') });
      expect(restored).toMatchObject({ value: { missingKeyIds: [] } });
      await store.close();
    },
  },
];
