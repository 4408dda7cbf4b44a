import { serviceActor } from '@passfob/service/base/actor';
import { recordLimits } from '@passfob/service/base/limits/records';
import { type Db, writing } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import { writeAllCheckpoints, writeCheckpoint } from '@passfob/service/subjects/audit/checkpoints';
import { rotateAudit } from '@passfob/service/subjects/audit/rotate';
import { verifyAudit } from '@passfob/service/subjects/audit/verify';
import fc from 'fast-check';
import { expect } from 'vitest';
import { codeOf } from '../users/kit.ts';
import { act, type RecordsRig, testOfRecords as test } from './kit.ts';

/** The time after which no row of before is kept, with the rest of a day. */
const KEPT_MS = (recordLimits.keptDays.audit.initial + 1) * 24 * 3_600_000;

/** Writes four checkpoints of three rows each, and three rows without a checkpoint. */
async function fill(rig: RecordsRig, management: Management): Promise<void> {
  for (let batch = 0; batch < 4; batch++) {
    await act(rig, management, batch * 3 + 1, batch * 3 + 3);
    await writeCheckpoint(management.db, management.keys, rig.clock.nowMs);
  }
  await act(rig, management, 13, 15);
}

interface Contents {
  readonly audit: Record<string, string | number | null>[];
  readonly audit_seals: Record<string, string | number | null>[];
  readonly settings: Record<string, string | number | null>[];
}

async function contents(db: Db): Promise<Contents> {
  return {
    audit: await db.selectFrom('audit').selectAll().orderBy('id').execute(),
    audit_seals: await db.selectFrom('audit_seals').selectAll().orderBy('number').execute(),
    settings: await db.selectFrom('settings').selectAll().orderBy('name').execute(),
  };
}

async function put(db: Db, contained: Contents): Promise<void> {
  await writing(db, async transaction => {
    for (const table of ['audit', 'audit_seals', 'settings'] as const) {
      await transaction.deleteFrom(table).execute();
      const rows = contained[table];
      if (rows.length > 0)
        await transaction
          .insertInto(table)
          .values(rows as never)
          .execute();
    }
  });
}

type Table = keyof Contents;
const tables: readonly Table[] = ['audit', 'audit_seals', 'settings'];

/** Makes one change of one thing: `at` picks the row and `by` the other row or the new value. */
function mutate(
  intact: Contents,
  { table, kind, at, by, column }: { table: Table; kind: string; at: number; by: number; column: number },
): Contents {
  const copy = structuredClone(intact);
  const rows = copy[table];
  const place = at % rows.length;
  const row = rows[place];
  const other = rows[by % rows.length];
  if (row === undefined || other === undefined) return copy;
  const names = Object.keys(row).filter(name => !['changed_ms', 'name'].includes(name));
  const name = names[column % names.length] ?? '';
  const key = table === 'audit' ? 'id' : table === 'audit_seals' ? 'number' : 'name';
  if (kind === 'remove') rows.splice(place, 1);
  if (kind === 'change') {
    const value = row[name];
    row[name] = typeof value === 'number' ? value + 1 + (by % 7) * 20 : `${value ?? ''}!`;
    if (value === null) row[name] = 1 + (by % 4);
  }
  if (kind === 'forget' && (name === 'seal' || name === 'rotated_ms')) row[name] = null;
  if (kind === 'swap' && place !== by % rows.length) {
    const kept = row[name];
    row[name] = other[name] ?? null;
    other[name] = kept ?? null;
  }
  if (kind === 'copy' && key !== 'name')
    rows.push({ ...row, [key]: Math.max(...rows.map(({ [key]: number }) => Number(number))) + 1 + (by % 2) });
  return copy;
}

const mutation = fc.record({
  table: fc.constantFrom(...tables),
  kind: fc.constantFrom('remove', 'change', 'forget', 'swap', 'copy'),
  at: fc.nat(30),
  by: fc.nat(30),
  column: fc.nat(20),
});

/** Tells whether a mutation changed the audit and could be stored: numbers within a table must be unique. */
function isPossible(before: Contents, after: Contents): boolean {
  const unique = (rows: Contents['audit'], key: string) =>
    new Set(rows.map(row => row[key])).size === rows.length;
  const differs = JSON.stringify(before) !== JSON.stringify(after);
  return differs && unique(after.audit, 'id') && unique(after.audit_seals, 'number');
}

test('property: any change, removal, swap or copy of a row, checkpoint or marker is found, before and after rotation', async rig => {
  const management = await rig.open();
  const { db, keys } = management;
  await fill(rig, management);
  const whole = await contents(db);
  expect(await verifyAudit(db, keys)).toMatchObject({ intact: true, rows: 15, seals: 4, unsealed: 3 });
  const beforeMs = Number(whole.audit_seals[2]?.at_ms);
  rig.clock.nowMs += KEPT_MS;
  expect(await rotateAudit(management, serviceActor, { beforeMs })).toMatchObject({
    ok: true,
    value: { rows: 6, seals: 2 },
  });
  const rotated = await contents(db);
  expect(await verifyAudit(db, keys)).toMatchObject({
    intact: true,
    rows: 10,
    seals: 2,
    unsealed: 4,
    rotatedSeal: 2,
  });
  let undetected: unknown;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(whole, rotated), mutation, async (intact, change) => {
      const changed = mutate(intact, change);
      fc.pre(isPossible(intact, changed));
      await put(db, changed);
      const { intact: stands, findings } = await verifyAudit(db, keys);
      undetected = stands ? { change } : undefined;
      expect(undetected).toBeUndefined();
      expect(findings[0]?.text).toMatch(/\.$/);
    }),
    { numRuns: 300 },
  );
  for (const intact of [whole, rotated]) {
    await put(db, intact);
    expect((await verifyAudit(db, keys)).intact).toBe(true);
  }
});

test('audit verification names the row or checkpoint that is wrong', async rig => {
  const management = await rig.open();
  const { db, keys } = management;
  await fill(rig, management);
  const whole = await contents(db);
  const found = async () => (await verifyAudit(db, keys)).findings.map(({ text }) => text);
  await db.updateTable('audit').set({ actor: 'mallory' }).where('id', '=', 5).execute();
  expect(await found()).toEqual(['Row 5 was changed after it was written.']);
  await put(db, whole);
  await db.deleteFrom('audit').where('id', 'in', [14]).execute();
  expect(await found()).toEqual(['Row 14 was removed.']);
  await put(db, whole);
  await db.deleteFrom('audit').where('id', '>', 13).execute();
  expect(await found()).toEqual(['Rows 14 to 15 were removed.']);
  await put(db, whole);
  await db.deleteFrom('audit').where('id', '=', 5).execute();
  expect(await found()).toEqual([
    'Row 5 was removed.',
    'Checkpoint 2 does not match its rows: the checkpoint or its rows were changed.',
  ]);
  await put(db, whole);
  await db.deleteFrom('audit_seals').where('number', '=', 2).execute();
  expect(await found()).toContain('Checkpoint 2 is missing.');
});

test('a removed last row is found even when others are written after it', async rig => {
  const management = await rig.open();
  await act(rig, management, 1, 3);
  await management.db.deleteFrom('audit').where('id', '=', 3).execute();
  await act(rig, management, 4, 5);
  await writeAllCheckpoints(management.db, management.keys, management.clock);
  expect((await verifyAudit(management.db, management.keys)).findings[0]?.text).toBe('Row 3 was removed.');
  await management.db.updateTable('settings').set({ value: '{}' }).where('name', '=', 'audit-head').execute();
  await act(rig, management, 6, 6);
  expect((await verifyAudit(management.db, management.keys)).findings.length).toBe(2);
});

test('a tampered audit is not rotated away, and the newest checkpoint stays', async rig => {
  const management = await rig.open();
  const { db } = management;
  await fill(rig, management);
  rig.clock.nowMs += 1000;
  const beforeMs = rig.clock.nowMs;
  rig.clock.nowMs += KEPT_MS;
  const whole = await contents(db);
  await db.updateTable('audit').set({ actor: 'mallory' }).where('id', '=', 5).execute();
  expect(codeOf(await rotateAudit(management, serviceActor, { beforeMs }))).toBe('audit_broken');
  expect(await db.selectFrom('audit').select('id').execute()).toHaveLength(15);
  await put(db, whole);
  const { nowMs } = rig.clock;
  for (const [time, code] of [[nowMs + 1, 'bad_time'] as const, [nowMs, 'audit_kept'] as const])
    expect(codeOf(await rotateAudit(management, serviceActor, { beforeMs: time }))).toBe(code);
  expect(await rotateAudit(management, serviceActor, { beforeMs })).toMatchObject({
    ok: true,
    value: { rows: 9, seals: 3 },
  });
  expect(await rotateAudit(management, serviceActor, { beforeMs })).toMatchObject({
    ok: true,
    value: { rows: 0, seals: 0 },
  });
  await writeAllCheckpoints(db, management.keys, management.clock);
  expect(await verifyAudit(db, management.keys)).toMatchObject({ intact: true, rows: 7, rotatedSeal: 3 });
});

test('two nodes that write checkpoints at once make one chain', async rig => {
  const management = await rig.open();
  const { db, keys, clock } = management;
  await act(rig, management, 1, 600);
  await Promise.all([writeAllCheckpoints(db, keys, clock), writeAllCheckpoints(db, keys, clock)]);
  expect(await verifyAudit(db, keys)).toMatchObject({ intact: true, rows: 600, seals: 3, unsealed: 0 });
});
