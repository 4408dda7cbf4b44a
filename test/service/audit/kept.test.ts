import { serviceActor } from '@passfob/service/base/actor';
import { recordLimits } from '@passfob/service/base/limits/records';
import { permissions } from '@passfob/service/base/permissions';
import { readKeptDays } from '@passfob/service/storage/kept-days';
import type { Management } from '@passfob/service/storage/management';
import { listAlerts } from '@passfob/service/subjects/alerts/alerts';
import { forgetOldAudit } from '@passfob/service/subjects/alerts/audit-watch';
import { changeKeptDays } from '@passfob/service/subjects/alerts/kept-days';
import { writeCheckpoint } from '@passfob/service/subjects/audit/checkpoints';
import { rotateAudit } from '@passfob/service/subjects/audit/rotate';
import { verifyAudit } from '@passfob/service/subjects/audit/verify';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { killedAtEachWrite } from '../kit/killed.ts';
import { isOnPostgres } from '../kit.ts';
import { accepted, codeOf, grace } from '../users/kit.ts';
import { act, type RecordsRig, testOfRecords as test } from './kit.ts';

const DAY_MS = 24 * 3_600_000;
const { audit } = recordLimits.keptDays;

type Given = Parameters<typeof changeKeptDays>[2];

/** What is kept, and changes of it, at the rig's time. */
function settingsOf({ management }: { readonly management: Management }) {
  const { db, clock } = management;
  return {
    change: async (given: Given) => accepted(await changeKeptDays(management, grace, given)),
    kept: () => readKeptDays(db, clock()),
    alerts: async () =>
      (await listAlerts(db))
        .filter(({ kind }) => kind === 'audit_shortened')
        .map(({ lastSource }) => lastSource),
  };
}

test('a shorter time for the audit waits for seven days and raises an alert; a longer one counts at once', async rig => {
  const management = await rig.open();
  const { change, kept, alerts } = settingsOf({ management });
  const start = { eventDays: 90, mailDays: 90, auditDays: audit.initial, auditNext: null };
  expect(await kept()).toEqual(start);

  const fromMs = rig.clock.nowMs + 7 * DAY_MS;
  const waiting = { ...start, auditNext: { days: 90, fromMs } };
  expect(await change({ auditDays: 90 })).toEqual(waiting);
  expect(await alerts()).toEqual([grace.source]);
  // The same again, or another time changed meanwhile, neither starts anew nor takes it back.
  rig.clock.nowMs += DAY_MS;
  await change({ auditDays: 90, eventDays: 30 });
  expect(await change({ mailDays: 7 })).toEqual({ ...waiting, eventDays: 30, mailDays: 7 });
  expect(await alerts()).toHaveLength(1);
  rig.clock.nowMs = fromMs - 1;
  expect(await kept()).toMatchObject({ auditDays: audit.initial, auditNext: waiting.auditNext });
  rig.clock.nowMs = fromMs;
  expect(await kept()).toEqual({ ...start, eventDays: 30, mailDays: 7, auditDays: 90 });

  expect(await change({ auditDays: 200 })).toMatchObject({ auditDays: 200, auditNext: null });
  await change({ auditDays: 100 });
  expect(await alerts()).toHaveLength(2);
  expect(await change({ auditDays: 200 })).toMatchObject({ auditDays: 200, auditNext: null });
  rig.clock.nowMs += 8 * DAY_MS;
  expect(await kept()).toMatchObject({ auditDays: 200, auditNext: null });
});

test('a time out of its range is refused, and a change needs a fresh proof', async rig => {
  const management = await rig.open();
  const { most } = recordLimits.keptDays;
  for (const [given, code] of [
    [{ auditDays: 89 }, 'bad_audit_days'],
    [{ auditDays: most + 1 }, 'bad_audit_days'],
    [{ eventDays: 6 }, 'bad_event_days'],
    [{ mailDays: 7.5 }, 'bad_mail_days'],
  ] as const)
    expect(codeOf(await changeKeptDays(management, grace, given))).toBe(code);
  expect(permissions[changeKeptDays.row.permission]).toEqual({ roles: ['admin'], dangerous: true });
});

/** Writes checkpoints of a few acts, some days apart. */
async function writeDays(rig: RecordsRig, management: Management, days: number, acts: number): Promise<void> {
  for (let day = 0; day < days; day++) {
    await act(rig, management, day * acts + 1, (day + 1) * acts);
    await writeCheckpoint(management.db, management.keys, management.clock());
    rig.clock.nowMs += DAY_MS;
  }
}

test('the audit still verifies when old rows have gone, and what a waiting shorter time would remove stays', async rig => {
  const management = await rig.open();
  const { db, keys, clock } = management;
  const { change } = settingsOf({ management });
  await writeDays(rig, management, 4, 200);
  const count = async () => (await verifyAudit(db, keys)).rows;
  await forgetOldAudit(management);
  expect(await count()).toBe(800);

  await change({ auditDays: audit.least });
  // The first two days are older than 90 days now.
  rig.clock.nowMs = Math.floor(clock() / DAY_MS) * DAY_MS + 88 * DAY_MS;
  await change({ auditDays: audit.initial });
  await change({ auditDays: audit.least });
  await forgetOldAudit(management);
  expect(codeOf(await rotateAudit(management, serviceActor, { beforeMs: clock() - 91 * DAY_MS }))).toBe(
    'audit_kept',
  );
  expect(await count()).toBe(803);
  rig.clock.nowMs += recordLimits.auditShortenMs;
  await forgetOldAudit(management);
  const after = await verifyAudit(db, keys);
  // Seven days later all four are, but the newest checkpoint keeps its rows. 200 rows of the first three went in two steps.
  expect(after).toMatchObject({ intact: true, rotatedSeal: 3 });
  const rotations = await db
    .selectFrom('audit')
    .select('detail')
    .where('action', '=', 'audit.rotate')
    .execute();
  expect(rotations.map(({ detail }) => JSON.parse(detail).rows)).toEqual([400, 200]);
});

test('an audit that does not verify is kept whole, and raises one alert a day', async rig => {
  const management = await rig.open();
  const { db } = management;
  await writeDays(rig, management, 3, 5);
  rig.clock.nowMs += (audit.initial + 1) * DAY_MS;
  await db.updateTable('audit').set({ actor: 'mallory' }).where('id', '=', 2).execute();
  await forgetOldAudit(management);
  await forgetOldAudit(management);
  expect((await listAlerts(db)).map(({ kind, count, lastSource }) => [kind, count, lastSource])).toEqual([
    ['audit', 1, 'Old rows of the audit do not verify, so they stay.'],
  ]);
  const { rows } = await sql<{ count: number }>`select count(*) as count from audit`.execute(db);
  expect(rows).toEqual([{ count: 15 }]);
});

test.runIf(!isOnPostgres)(
  'a rotation killed before any of its writes leaves an audit that verifies (only on SQLite)',
  async rig => {
    const management = await rig.open();
    const { db, keys } = management;
    await writeDays(rig, management, 4, 200);
    rig.clock.nowMs += (audit.initial + 1) * DAY_MS;
    const { kills } = await killedAtEachWrite(db, async () => {
      const isDone = await forgetOldAudit(management).then(
        () => true,
        () => false,
      );
      return isDone;
    });
    expect(kills).toBeGreaterThan(6);
    expect(await verifyAudit(db, keys)).toMatchObject({ intact: true, rotatedSeal: 3 });
  },
);
