import { join } from 'node:path';
import { serviceActor } from '@passfob/service/base/actor';
import {
  openStore,
  type Store,
  type StoreOptions,
  writing,
} from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import { raiseAlert } from '@passfob/service/subjects/alerts/alerts';
import { verifyAudit } from '@passfob/service/subjects/audit/verify';
import { backup } from '@passfob/service/subjects/operations/backup';
import { restore } from '@passfob/service/subjects/operations/restore';
import { createRadiusClient } from '@passfob/service/subjects/radius-clients/acts';
import { listEvents, recordEvents } from '@passfob/service/subjects/validation/events';
import { expect, test } from 'vitest';
import { furnished, Visitor } from '../console/kit.ts';
import { fillWorld } from '../console/world.ts';
import { rowIn } from '../kit/rows.ts';
import { codeAt, newDatabase, Rig } from '../kit.ts';
import { madeSecret } from '../radius/kit.ts';
import { dueParts, storedParts } from '../search/kit.ts';
import { accepted } from '../users/kit.ts';
import { copyKeys, everything } from './kit.ts';

/** A rig whose database is a file, in a run on either kind. */
class FileRig extends Rig {
  override get database(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

type Rows = Readonly<Record<string, readonly unknown[]>>;

/**
 * Returns the rows that a restore leaves unchanged: all except last accepted steps, paused jobs, dropped mails and
 * its own audit row.
 */
function kept(
  { tokens = [], jobs = [], mails = [], audit = [], settings = [], ...rest }: Rows,
  auditRows: number,
): Rows {
  const without = (rows: readonly unknown[], ...columns: string[]) =>
    rows.map(row =>
      Object.fromEntries(Object.entries(row as object).filter(([name]) => !columns.includes(name))),
    );
  return {
    ...rest,
    tokens: without(tokens, 'last_step', 'recent'),
    jobs: without(jobs, 'state', 'leased_until_ms'),
    mails: without(mails, 'state', 'error', 'sealed_content', 'key_id'),
    audit: audit.slice(0, auditRows),
    settings: settings.filter(row => (row as { name: string }).name !== 'audit-head'),
  };
}

async function move(rig: Rig, from: Store, to: StoreOptions): Promise<Store> {
  const clock = () => rig.clock.nowMs;
  const keys = openKeyFile(to.directory, false);
  const path = join(to.directory, 'backup.gz');
  accepted(await backup({ store: from, keys, clock }, serviceActor, { path }));
  const store = await openStore(to);
  expect(accepted(await restore({ store, keys, clock }, serviceActor, { path })).missingKeyIds).toEqual([]);
  expect((await verifyAudit(store.db, keys)).intact).toBe(true);
  return store;
}

test('a service moves from a file to this run’s kind of database and back, and continues unchanged', async () => {
  await using service = await furnished(new FileRig());
  await fillWorld(service);
  const { office, operators, rig } = service;
  const bob = await office.token('bob', { serial: 'BOB-2', kind: 'hotp' });
  const logIn = { user: 'bob', passcode: codeAt(bob, 0), source: 'test' };
  expect((await service.validate(logIn)).outcome).toBe('accepted');
  await service.close();
  const { db, clock } = office.management;
  const { id: applicationId } = await rowIn(db, 'applications', { name: 'login' });
  const gate = { name: 'gate', address: '192.0.2.10', applicationId };
  madeSecret(accepted(await createRadiusClient(office.management, serviceActor, gate)));
  const alert = { kind: 'report', dedupe: 'one', userId: null, tokenId: null, source: 'test' } as const;
  await writing(db, transaction => raiseAlert(transaction, { ...alert, atMs: clock() }));
  const pressed = { userId: null, tokenId: null, applicationId, source: 'test', requestId: 'press' };
  await writing(db, transaction =>
    recordEvents(transaction, [{ ...pressed, atMs: clock(), outcome: 'accepted' }], 'push'),
  );
  const before = await everything(office.store);
  const audited = before.audit?.length ?? 0;
  // The comparison is meaningful only if nearly every table has rows.
  expect(Object.values(before).filter(rows => rows.length > 0).length).toBeGreaterThan(16);

  const searched = await storedParts(db);
  expect(searched).toEqual(await dueParts(db));

  const there = { directory: copyKeys(rig, 'there'), databaseUrl: await newDatabase() };
  const moved = await move(rig, office.store, there);
  // No backup contains the search parts: the restore creates them again.
  expect(await storedParts(moved.db)).toEqual(searched);
  expect((await listEvents(moved.db))[0]).toMatchObject({ requestId: 'press', by: 'push' });
  expect(kept(await everything(moved), audited)).toEqual(kept(before, audited));
  const { directory, databaseUrl } = there;
  const again = await rig.start({
    directory,
    background: false,
    ...(databaseUrl !== undefined && { databaseUrl }),
  });
  expect((await again.validate(logIn)).accepted).toBe(false);
  const next = { ...logIn, passcode: codeAt(bob, 26) };
  expect((await again.validate(next)).outcome).toBe('accepted');
  rig.clock.nowMs += 600_000;
  expect((await new Visitor(again).signIn(operators.admin, rig.clock)).location).toBe('/operator');
  await again.close();

  const meanwhile = await everything(moved);
  const back = await move(rig, moved, { directory: copyKeys(rig, 'back') });
  const rows = meanwhile.audit?.length ?? 0;
  expect(rows).toBeGreaterThan(audited);
  expect(kept(await everything(back), rows)).toEqual(kept(meanwhile, rows));
  for (const store of [moved, back]) await store.close();
});
