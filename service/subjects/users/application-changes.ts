import { randomUUID } from 'node:crypto';
import type { Actor } from '../../base/actor.ts';
import { makeBearer } from '../../base/bearers.ts';
import type { Factors } from '../../base/kinds.ts';
import { userLimits } from '../../base/limits/users.ts';
import { prepareLine } from '../../base/one-line.ts';
import { done, refused } from '../../base/results.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import type { Schema } from '../../storage/schema/schema.ts';
import { recordAudit } from '../audit/record.ts';
import { CONSOLE_APPLICATION } from './applications.ts';

/** An application as operators see it. Times in milliseconds since 1970. */
export interface ApplicationView {
  readonly id: string;
  readonly name: string;
  readonly factors: Factors;
  readonly disabledMs: number | null;
  /** Whether it is the console, which belongs to the service and cannot be changed. */
  readonly internal: boolean;
  readonly createdMs: number;
}

/** The factors that an application may require. */
export const factorsKnown = ['otp', 'pin_otp', 'password_otp'] as const satisfies readonly Factors[];

/**
 * Creates an application.
 *
 * @returns its API key beside its view: it is shown once, and only its hash is stored.
 */
export async function createApplication(
  management: Management,
  actor: Actor,
  given: { readonly name: string; readonly factors: Factors },
) {
  const name = prepareLine(given.name, userLimits.clientNameMax);
  if (!name) return refused('bad_name');
  if (!factorsKnown.includes(given.factors)) return refused('bad_factors');
  const { value, hash } = makeBearer('pfk');
  const atMs = management.clock();
  const row = { id: randomUUID(), name, factors: given.factors, disabled_ms: null, created_ms: atMs };
  return await writing(management.db, async db => {
    const others = await db.selectFrom('applications').select('name').execute();
    // The console's name is reserved even before the console's row exists.
    if (name === CONSOLE_APPLICATION.name || others.some(other => other.name === name))
      return refused('application_taken');
    if (others.length >= userLimits.applicationsMax) return refused('too_many_applications');
    await db
      .insertInto('applications')
      .values({ ...row, key_hash: hash })
      .execute();
    const detail = { change: 'create', factors: row.factors };
    await audit({ management, db, actor, atMs }, row, detail);
    return done({ application: viewOf(row), value });
  });
}

/** Changes the required factors, from the next log-in on. */
export async function changeFactors(
  management: Management,
  actor: Actor,
  { id, factors }: { readonly id: string; readonly factors: Factors },
) {
  if (!factorsKnown.includes(factors)) return refused('bad_factors');
  return await changing({ management, actor, id }, row => ({
    facts: { factors },
    detail: { change: 'factors', factors, factorsBefore: row.factors },
  }));
}

/** Replaces the API key of an application; the old one ends at once. The new one is shown once. */
export async function rotateApplicationKey(management: Management, actor: Actor, id: string) {
  const { value, hash } = makeBearer('pfk');
  const changed = await changing({ management, actor, id }, () => ({
    facts: { key_hash: hash },
    detail: { change: 'rotate-key' },
  }));
  return changed.ok ? done({ application: changed.value, value }) : changed;
}

/** Rejects all requests of an application until it is enabled again. */
export function disableApplication(management: Management, actor: Actor, id: string) {
  return changing({ management, actor, id }, (row, atMs) => ({
    facts: { disabled_ms: row.disabled_ms ?? atMs },
    detail: { change: 'disable' },
  }));
}

export function enableApplication(management: Management, actor: Actor, id: string) {
  return changing({ management, actor, id }, () => ({
    facts: { disabled_ms: null },
    detail: { change: 'enable' },
  }));
}

/** Returns all applications, by name. */
export async function listApplications(db: Db): Promise<ApplicationView[]> {
  const rows = await db
    .selectFrom('applications')
    .select(['id', 'name', 'factors', 'disabled_ms', 'created_ms'])
    .orderBy('name')
    .execute();
  return rows.map(viewOf);
}

type ApplicationRow = Omit<Schema['applications'], 'key_hash'>;
type Detail = Record<string, string>;

interface Act {
  readonly management: Management;
  readonly actor: Actor;
  readonly id: string;
}

interface Change {
  readonly facts: Partial<Schema['applications']>;
  readonly detail: Detail;
}

/** Changes one application and audits the change in one transaction. */
async function changing(
  { management, actor, id }: Act,
  change: (row: ApplicationRow, atMs: number) => Change,
) {
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const row = await db
      .selectFrom('applications')
      .select(['id', 'name', 'factors', 'disabled_ms', 'created_ms'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (row === undefined) return refused('unknown_application');
    // With fewer factors, or with an API key that somebody knows, the console would accept less than operators must show.
    if (row.name === CONSOLE_APPLICATION.name) return refused('application_internal');
    const { facts, detail } = change(row, atMs);
    await db.updateTable('applications').set(facts).where('id', '=', id).execute();
    await audit({ management, db, actor, atMs }, row, detail);
    return done(viewOf({ ...row, ...facts }));
  });
}

function viewOf(row: ApplicationRow): ApplicationView {
  return {
    id: row.id,
    name: row.name,
    factors: row.factors,
    disabledMs: row.disabled_ms,
    internal: row.name === CONSOLE_APPLICATION.name,
    createdMs: row.created_ms,
  };
}

interface Writing {
  readonly management: Management;
  readonly db: Db;
  readonly actor: Actor;
  readonly atMs: number;
}

function audit({ management, db, actor, atMs }: Writing, row: ApplicationRow, detail: Detail): Promise<void> {
  return recordAudit(db, management.keys, {
    atMs,
    actor,
    action: 'application.change',
    subjectKind: 'application',
    subjectId: row.id,
    subject: row.name,
    detail,
  });
}
