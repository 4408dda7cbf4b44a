import { renameAccount } from '@passfob/service/subjects/care/task-acts';
import { revokeToken } from '@passfob/service/subjects/tokens/acts';
import { pushAccountOf } from '@passfob/service/subjects/tokens/push-keys';
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
  accepted(await renameAccount(management, grace, { serial: own.serial, ...names }));
  own.fob.loseTime();
  own.fob.reboot();
  return { ...own, gone, kept, executed: executedBy(own.fob) };
}

/** Returns how often the fob has executed the command of each task. */
export function countsOf({ gone, kept, executed }: NeedyFob): Record<string, number> {
  const count = (command: string) => executed.get(command) ?? 0;
  return {
    clock: count('setClock'),
    'remove-account': count(`remove ${gone.id}`),
    'rename-account': count(`rename ${kept.id}`),
  };
}

/** Returns the kinds of a fob's tasks that are done, in alphabetical order. */
export async function doneOf({ office }: World, { id }: NeedyFob): Promise<string[]> {
  const rows = await office.rows('fob_tasks', { fob_id: id, state: 'done' });
  return rows.map(({ kind }) => kind).sort();
}

/**
 * Checks that everything that is stored about a fob is true: nothing counts as done that the fob has not executed, no
 * act is in the audit twice, and no account of another fob is listed.
 */
export async function expectTruth(world: World, needy: NeedyFob, where: string): Promise<void> {
  const { office } = world;
  const counts = countsOf(needy);
  for (const [kind, count] of Object.entries(counts))
    expect(count, `${where}: ${kind}`).toBeLessThanOrEqual(1);
  for (const kind of await doneOf(world, needy)) expect(counts[kind], `${where}: ${kind} is done`).toBe(1);
  const row = await office.row('fobs', { id: needy.id });
  if (row.clock_state === 'trusted') expect(counts.clock, `${where}: a clock with time`).toBe(1);
  const listed = await office.rows('fob_accounts', { fob_id: needy.id });
  const push = Buffer.from(pushAccountOf(needy.id)).toString('hex');
  const own = [needy.gone.id, needy.kept.id, push];
  expect(own, where).toEqual(expect.arrayContaining(listed.map(({ account }) => account)));
  const acts = await doneActsOf(world, needy);
  expect(new Set(acts).size, `${where}: ${acts.join(', ')}`).toBe(acts.length);
}

/** Returns the acts on a fob that the audit has as done. */
export async function doneActsOf({ office }: World, { id }: NeedyFob): Promise<string[]> {
  const rows = await office.rows('audit', { subject_id: id });
  return rows
    .filter(({ detail }) => detail.includes('"what":"done"'))
    .map(({ action }) => action)
    .sort();
}
