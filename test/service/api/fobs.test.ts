import type { Role } from '@passfob/service/base/kinds';
import { careLimits } from '@passfob/service/base/limits/care';
import { may } from '@passfob/service/base/permissions';
import { apiRoutes } from '@passfob/service/doors/api/routes';
import { newestFirmwares } from '@passfob/service/features/care/boards';
import { startJobs } from '@passfob/service/features/jobs/worker';
import { createApiKey } from '@passfob/service/features/users/access/api-keys';
import type { Schema } from '@passfob/service/storage/schema/schema';
import { Ajv } from 'ajv';
import type { Updateable } from 'kysely';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { NOON_MS } from '../kit.ts';
import { accepted, grace } from '../users/kit.ts';
import { addFob, allRoles, Bureau, pathOf, type Shown } from './kit.ts';

const DAY_MS = 86_400_000;

type Columns = Updateable<Schema['fobs']>;

/** Stores what a fob told when it was last seen. */
async function observe(bureau: Bureau, serial: string, columns: Columns): Promise<void> {
  const { db } = bureau.office.store;
  const seen = { clock_state: 'trusted', seen_error_ms: 0, last_seen_ms: NOON_MS, algorithms: 7 } as const;
  const told = { pin: 'none', is_locked: 0, went_back: 'no', can_reset_pin: 1, protocol: 2 } as const;
  await db
    .updateTable('fobs')
    .set({ ...seen, ...told, last_relay: 'agent', last_relay_name: '192.0.2.7', ...columns })
    .where('serial', '=', serial)
    .execute();
}

/** Fobs that each differ in one point from one with nothing to tell. */
async function furnished(bureau: Bureau): Promise<void> {
  const [{ newest } = { newest: '' }] = newestFirmwares().filter(({ board }) => board === 'pico');
  const differing: Record<string, Columns> = {
    good: {},
    unset: { clock_state: 'unset', seen_error_ms: null },
    low: { battery_percent: careLimits.batteryLowPercent },
    old: { firmware: '0.0.1' },
    away: { last_seen_ms: NOON_MS - 90 * DAY_MS - 1 },
    lost: { state: 'lost' },
    tasks: {},
  };
  for (const [serial, columns] of Object.entries(differing)) {
    await addFob(bureau.office, serial);
    await observe(bureau, serial, { firmware: newest, battery_percent: 80, ...columns });
  }
}

test('fobs are selected by clock, battery, firmware, absence, state and waiting tasks', async () => {
  await using bureau = await Bureau.open();
  await furnished(bureau);
  const key = await bureau.key('helpdesk');
  expect((await bureau.ask('POST', '/v1/fobs/tasks/set-clock', key)).status).toBe(200);
  const serials = async (query: string) => {
    const { json } = await bureau.ask('GET', `/v1/fobs?${query}`, key);
    return (json.fobs as { serial: string }[]).map(({ serial }) => serial);
  };
  expect(await serials('')).toHaveLength(7);
  expect(await serials('clockUnset=true')).toEqual(['unset']);
  expect(await serials('batteryLow=true')).toEqual(['low']);
  expect(await serials('oldFirmware=true')).toEqual(['old']);
  expect(await serials('notSeenDays=90')).toEqual(['away']);
  expect(await serials('state=lost')).toEqual(['lost']);
  expect(await serials('hasTasks=true')).toEqual(['tasks']);
  expect(await serials('hasTasks=false&batteryLow=false')).toHaveLength(7);
  expect(await serials('clockUnset=true&batteryLow=true')).toEqual([]);
  const first = (await bureau.ask('GET', '/v1/fobs?limit=1', key)).json;
  expect(first.next).toBe('away');
  expect(first.fobs).toMatchObject([
    { serial: 'away', lastSeen: { relay: 'agent', name: '192.0.2.7' }, openTasks: 0 },
  ]);
});

test('a fob is shown with its health in words, its accounts and its tasks', async () => {
  await using bureau = await Bureau.open();
  await furnished(bureau);
  const { db } = bureau.office.store;
  const fob = await db.selectFrom('fobs').select('id').where('serial', '=', 'low').executeTakeFirstOrThrow();
  const account = { fob_id: fob.id, account: '00c0ffee', place: 0, kind: 2, is_damaged: 0 } as const;
  await db
    .insertInto('fob_accounts')
    .values({ ...account, issuer: 'ACME', label: 'old job', seen_ms: NOON_MS })
    .execute();
  const key = await bureau.key('admin');
  await bureau.ask('POST', '/v1/fobs/low/accounts/00c0ffee/remove', key);
  const { json } = await bureau.ask('GET', '/v1/fobs/low', key);
  expect(json).toMatchObject({
    fob: { serial: 'low', state: 'in_use', batteryPercent: careLimits.batteryLowPercent, openTasks: 1 },
    health: [
      {
        kind: 'battery-low',
        text: 'Its battery is at 20 %.',
        next: 'Have the battery charged or replaced.',
        needsAttention: true,
      },
    ],
    accounts: [{ account: '00c0ffee', label: 'old job', token: null, isForApprovals: false }],
    tasks: [
      {
        kind: 'remove-account',
        account: '00c0ffee',
        state: 'waiting',
        causeText: 'A person asked for it.',
        actor: 'api:admin key',
      },
    ],
  });
  const route = apiRoutes.find(({ name }) => name === 'fobs.get');
  const fits = new Ajv({ strict: true, allowUnionTypes: true }).compile(route?.answer.schema ?? false);
  expect([fits(json), fits.errors]).toEqual([true, null]);
});

test('a job asks for the clock of every fob that a filter selects, and of no other', async () => {
  await using bureau = await Bureau.open();
  await furnished(bureau);
  await observe(bureau, 'good', { clock_state: 'unset', state: 'returned' });
  const key = await bureau.key('admin');
  const start = (body: unknown) => bureau.ask('POST', '/v1/jobs', key, body);
  const started = await start({ kind: 'clock', filter: { clockUnset: true } });
  // A fob that was returned is nobody's to care for.
  expect(started.json).toMatchObject({ title: 'Set the clocks of fobs', total: 1 });
  expect((await start({ kind: 'require-pin', filter: {} })).json).toMatchObject({ total: 6 });
  expect((await start({ kind: 'clock', serials: ['low', 'none'] })).json).toMatchObject({ total: 2 });
  expect((await start({ kind: 'clock', filter: { hasTasks: true } })).json.code).toBe('nothing_to_do');
  const jobs = startJobs(bureau.office.management);
  await jobs.idle();
  await jobs.close();
  const { db } = bureau.office.store;
  const tasks = await db
    .selectFrom('fob_tasks')
    .innerJoin('fobs', 'fobs.id', 'fob_tasks.fob_id')
    .select(['fob_tasks.kind', 'fobs.serial', 'fob_tasks.actor'])
    .orderBy('fobs.serial')
    .execute();
  const clocks = tasks.filter(({ kind }) => kind === 'clock');
  expect(clocks.map(({ serial }) => serial)).toEqual(['low', 'unset']);
  expect(tasks.filter(({ kind }) => kind === 'require-pin')).toHaveLength(6);
  expect(new Set(tasks.map(({ actor }) => actor))).toEqual(new Set(['api:admin key']));
});

/** Credentials of a role for one test of many requests. */
async function keyOf(bureau: Bureau, role: Role, name: string): Promise<Shown> {
  const { value } = accepted(await createApiKey(bureau.office.management, grace, { name, role }));
  return { authorization: `Bearer ${secret(value)}` };
}

test('every act on a fob is possible for the roles that may, with exactly one audit row, and for nobody else', async () => {
  await using bureau = await Bureau.open();
  const acts = apiRoutes.filter(({ path, method }) => path.startsWith('/v1/fobs') && method === 'POST');
  expect(acts.length).toBe(15);
  const rows = async () => (await bureau.office.audit()).acts.length;
  for (const role of allRoles) {
    const key = await keyOf(bureau, role, `the ${role}`);
    const admin = await keyOf(bureau, 'admin', `beside the ${role}`);
    for (const { name, method, path, permission, example } of acts) {
      const serial = `${role}-${name}`;
      await addFob(bureau.office, serial);
      if (name === 'fobs.found') await bureau.ask('POST', `/v1/fobs/${serial}/lost`, admin);
      const asked = await bureau.ask('POST', `/v1/fobs/${serial}/set-clock`, admin);
      const password = { password: secret('four words of a sentence') };
      if (name === 'fobs.given') await bureau.ask('POST', `/v1/fobs/${serial}/give`, admin, password);
      const at = { serial, account: '00c0ffee', id: String(asked.json.id) };
      const before = await rows();
      bureau.rig.clock.nowMs += 1000;
      const { status, text } = await bureau.ask(method, pathOf(path, at), key, example);
      const isAllowed = may(role, permission);
      expect([role, name, status, text]).toEqual([role, name, isAllowed ? 200 : 403, text]);
      expect([role, name, (await rows()) - before]).toEqual([role, name, isAllowed ? 1 : 0]);
    }
  }
});

test('a waiting task is cancelled only by a role that may ask for one of its kind', async () => {
  await using bureau = await Bureau.open();
  await addFob(bureau.office, 'PF-7');
  const [desk, admin] = [await bureau.key('helpdesk'), await bureau.key('admin')];
  const ask = async (verb: string, key: Shown) =>
    String((await bureau.ask('POST', `/v1/fobs/PF-7/${verb}`, key)).json.id);
  const cancel = async (id: string, key: Shown) => {
    const { status, json } = await bureau.ask('POST', `/v1/fobs/PF-7/tasks/${id}/cancel`, key);
    return status === 200 ? json.state : json.code;
  };
  const erase = await ask('erase', admin);
  const rows = (await bureau.office.audit()).acts.length;
  expect(await cancel(erase, desk)).toBe('not_allowed');
  expect((await bureau.office.audit()).acts).toHaveLength(rows);
  expect(await cancel(erase, admin)).toBe('cancelled');
  expect(await cancel(erase, admin)).toBe('task_over');
  expect(await cancel(await ask('reset-pin', desk), desk)).toBe('cancelled');
});
