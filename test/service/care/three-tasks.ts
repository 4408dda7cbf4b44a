import { createTask } from '@passfob/service/features/care/tasks';
import { revokeToken } from '@passfob/service/features/tokens/moves';
import { pushAccountOf } from '@passfob/service/features/tokens/push-keys';
import { expect } from 'vitest';
import type { UsersFob, World } from '../agents/world.ts';
import { type HeldAccount, putHeld } from '../kit/fob.ts';
import { accepted, grace } from '../users/kit.ts';
import { executedBy } from './executed.ts';

/** A user's fob with three tasks: its clock has no time, one account must go, and one gets other names. */
export interface NeedyFob extends UsersFob {
  readonly gone: HeldAccount;
  readonly kept: HeldAccount;
  /** The commands that it has executed since it has these tasks. */
  readonly executed: ReadonlyMap<string, number>;
}

export async function needyFob(world: World, user: string): Promise<NeedyFob> {
  const { management } = world.office;
  const own = await world.fobOf(user);
  const gone = await putHeld(world.office, own, 'gone');
  const kept = await putHeld(world.office, own, 'kept');
  accepted(await revokeToken(management, grace, { serial: gone.serial, reason: 'retired' }));
  const names = { account: kept.id, issuer: 'New', label: 'renamed' };
  accepted(await createTask(management, grace, { serial: own.serial, kind: 'rename-account', ...names }));
  own.fob.loseTime();
  own.fob.reboot();
  return { ...own, gone, kept, executed: executedBy(own.fob) };
}

/** The command of each task, as `executedBy` counts it. */
function commandsOf({ gone, kept }: NeedyFob): Readonly<Record<string, string>> {
  return {
    clock: 'setClock',
    'remove-account': `remove ${gone.id}`,
    'rename-account': `rename ${kept.id}`,
  };
}

/** Returns how often the fob has executed the command of each task. */
export function countsOf(needy: NeedyFob): Record<string, number> {
  const commands = Object.entries(commandsOf(needy));
  return Object.fromEntries(commands.map(([kind, command]) => [kind, needy.executed.get(command) ?? 0]));
}

/** Returns the kinds of a fob's tasks that are done, in alphabetical order. */
export async function doneOf({ db }: World, { id }: NeedyFob): Promise<string[]> {
  const rows = await db.selectFrom('fob_tasks').select(['kind', 'state']).where('fob_id', '=', id).execute();
  return rows
    .filter(({ state }) => state === 'done')
    .map(({ kind }) => kind)
    .sort();
}

/**
 * Checks that everything that is stored about a fob is true: nothing counts as done that the fob has not executed, no
 * act is in the audit twice, and no account of another fob is listed.
 */
export async function expectTruth(world: World, needy: NeedyFob, where: string): Promise<void> {
  const { db } = world;
  const counts = countsOf(needy);
  for (const [kind, count] of Object.entries(counts))
    expect(count, `${where}: ${kind}`).toBeLessThanOrEqual(1);
  for (const kind of await doneOf(world, needy)) expect(counts[kind], `${where}: ${kind} is done`).toBe(1);
  const row = await db.selectFrom('fobs').selectAll().where('id', '=', needy.id).executeTakeFirstOrThrow();
  if (row.clock_state === 'trusted') expect(counts.clock, `${where}: a clock with time`).toBe(1);
  const listed = await db
    .selectFrom('fob_accounts')
    .select('account')
    .where('fob_id', '=', needy.id)
    .execute();
  const push = Buffer.from(pushAccountOf(needy.id)).toString('hex');
  const own = [needy.gone.id, needy.kept.id, push];
  expect(own, where).toEqual(expect.arrayContaining(listed.map(({ account }) => account)));
  const acts = await doneActsOf(world, needy);
  expect(new Set(acts).size, `${where}: ${acts.join(', ')}`).toBe(acts.length);
}

/** Returns the acts on a fob that the audit has as done. */
export async function doneActsOf({ db }: World, { id }: NeedyFob): Promise<string[]> {
  const rows = await db
    .selectFrom('audit')
    .select('action')
    .where('subject_id', '=', id)
    .where('detail', 'like', '%"what":"done"%')
    .execute();
  return rows.map(({ action }) => action).sort();
}
