import { randomUUID } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { CareKind } from '../../base/kinds.ts';
import { careLimits } from '../../base/limits/care.ts';
import type { CareCause, CareMessage } from '../../base/texts/care.ts';
import { tokenStates } from '../../base/token-states.ts';
import type { Acting } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import { rowsAsTable } from '../../storage/queries/rows.ts';
import type { CareSchema, TokenSchema } from '../../storage/schema/schema.ts';
import { accountIdOf } from './account-id.ts';
import type { TokenRow } from './rows.ts';

/** A task of a fob as it is stored. */
export type FobTaskRow = Selectable<CareSchema['fob_tasks']>;

/** The states of a task that is still to be done. */
export const openTaskStates = ['waiting', 'running'] as const;

/** A task to be stored. */
export interface WantedTask {
  readonly fobId: string;
  readonly kind: CareKind;
  /** The account's id in hexadecimal; empty for a task about the whole fob. */
  readonly subject?: string;
  readonly cause: CareCause;
  /** The names or the order that are wanted. */
  readonly wanted?: unknown;
  readonly needsHold?: boolean;
  readonly message?: CareMessage | '';
}

/**
 * Stores a task in the caller's transaction, so that people see it waiting. If the same one is open already, that one
 * gets the new cause and wishes, and keeps its author.
 *
 * @returns the row
 */
export async function wantTask(
  { db, actor, atMs }: Pick<Acting, 'db' | 'actor' | 'atMs'>,
  task: WantedTask,
): Promise<FobTaskRow> {
  const { fobId, kind, subject = '', cause, wanted = {}, needsHold = false, message = '' } = task;
  const present = await openTask(db, { fobId, kind, subject });
  const told = { cause, wanted: JSON.stringify(wanted), message };
  if (present !== undefined) {
    const isSame = present.cause === cause && present.wanted === told.wanted && present.message === message;
    const needs_hold = needsHold ? 1 : present.needs_hold;
    if (isSame && needs_hold === present.needs_hold) return present;
    const changes = { ...told, needs_hold, changed_ms: atMs } as const;
    await db.updateTable('fob_tasks').set(changes).where('id', '=', present.id).execute();
    return { ...present, ...changes };
  }
  const row: FobTaskRow = {
    id: randomUUID(),
    fob_id: fobId,
    kind,
    subject,
    state: 'waiting',
    step: '',
    needs_hold: needsHold ? 1 : 0,
    ...told,
    actor: actor.name,
    created_ms: atMs,
    changed_ms: atMs,
    attempts: 0,
  };
  await db.insertInto('fob_tasks').values(row).execute();
  return row;
}

/** Returns the open task of this kind and subject, if there is one. */
export function openTask(
  db: Db,
  { fobId, kind, subject }: { readonly fobId: string; readonly kind: CareKind; readonly subject: string },
): Promise<FobTaskRow | undefined> {
  return db
    .selectFrom('fob_tasks')
    .selectAll()
    .where('fob_id', '=', fobId)
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('state', 'in', openTaskStates)
    .executeTakeFirst();
}

/** Cancels all open tasks of a fob whose content is another one now. */
export async function cancelTasksOf(db: Db, fobId: string, atMs: number): Promise<void> {
  const message: CareMessage = 'not_needed';
  await db
    .updateTable('fob_tasks')
    .set({ state: 'cancelled', step: '', message, changed_ms: atMs })
    .where('fob_id', '=', fobId)
    .where('state', 'in', openTaskStates)
    .execute();
}

/**
 * Stores that the account of a token is to go from its fob, in the transaction that took the token from its user or
 * revoked it.
 */
export async function wantAccountGone(acting: Acting, token: TokenRow, cause: CareCause): Promise<void> {
  if (token.fob_id === null) return;
  const fob = await acting.db
    .selectFrom('fobs')
    .select(['serial', 'state'])
    .where('id', '=', token.fob_id)
    .executeTakeFirst();
  if (fob === undefined || fob.state === 'returned' || fob.state === 'handed_over') return;
  const subject = Buffer.from(accountIdOf(token, fob.serial)).toString('hex');
  await wantTask(acting, { fobId: token.fob_id, kind: 'remove-account', subject, cause });
}

/**
 * Stores that the fobs of a policy's tokens are to ask for PINs of its length, in the transaction that changed the
 * policy. Fobs that are known to do so already get no task.
 */
export async function wantPolicy(
  { db, actor, atMs }: Acting,
  policy: Pick<Selectable<TokenSchema['policies']>, 'id' | 'pin_place' | 'pin_min_digits'>,
): Promise<void> {
  if (policy.pin_place !== 'fob') return;
  const held = Object.entries(tokenStates).flatMap(([state, { user }]) => (user === 'one' ? [state] : []));
  const fobs = await db
    .selectFrom('tokens')
    .innerJoin('fobs', 'fobs.id', 'tokens.fob_id')
    .select('fobs.id')
    .distinct()
    .where('tokens.policy_id', '=', policy.id)
    .where('tokens.state', 'in', held as (keyof typeof tokenStates)[])
    .where(where =>
      where.or([where('fobs.pin_digits', 'is', null), where('fobs.pin_digits', '<', policy.pin_min_digits)]),
    )
    .orderBy('fobs.id')
    .execute();
  for (let from = 0; from < fobs.length; from += careLimits.tasksAtOnce) {
    const rows = fobs.slice(from, from + careLimits.tasksAtOnce).map(({ id }) => [randomUUID(), id]);
    const given = rowsAsTable(db, { id: 'text', fob_id: 'text' }, rows);
    await sql`insert into fob_tasks (id, fob_id, kind, subject, state, step, needs_hold, cause, wanted, actor,
        created_ms, changed_ms, attempts, message)
      select given.id, given.fob_id, 'policy', '', 'waiting', '', 0, 'policy', '{}', cast(${actor.name} as text),
        cast(${atMs} as bigint), cast(${atMs} as bigint), 0, ''
      from ${given} as given
      where not exists (select 1 from fob_tasks as open where open.fob_id = given.fob_id
        and open.kind = 'policy' and open.subject = '' and open.state in ('waiting', 'running'))`.execute(db);
  }
}
