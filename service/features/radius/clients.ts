import { randomUUID } from 'node:crypto';
import type { Actor } from '../../base/actor.ts';
import { normalRange } from '../../base/addresses.ts';
import { radiusLimits } from '../../base/limits/radius.ts';
import { userLimits } from '../../base/limits/users.ts';
import { prepareLine } from '../../base/one-line.ts';
import { done, type RefusalCode, type Result, refused } from '../../base/results.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import { seal } from '../../storage/encryption-at-rest/seal.ts';
import type { Management } from '../../storage/management.ts';
import type { RadiusPush } from '../../storage/schema/schema.ts';
import { recordAudit } from '../audit/record.ts';
import { CONSOLE_APPLICATION } from '../users/applications.ts';
import { prepareSecret, pushModes } from './client-fields.ts';

/** A RADIUS client as operators see it. Time in milliseconds since 1970. */
export interface RadiusClientView {
  readonly id: string;
  readonly name: string;
  /** The address or range that its packets come from. */
  readonly address: string;
  /** Whose factors its log-ins must show. */
  readonly applicationId: string;
  readonly application: string;
  readonly push: RadiusPush;
  readonly createdMs: number;
}

/** A client with the shared secret that was made for it, which is shown once and sealed after that. */
export interface KeyedRadiusClient {
  readonly client: RadiusClientView;
  /** ASCII; null where it was entered. A secret. */
  readonly value: string | null;
}

/** A RADIUS client to make. */
export interface NewRadiusClient {
  readonly name: string;
  readonly address: string;
  readonly applicationId: string;
  /** Default `challenge`. */
  readonly push?: RadiusPush | undefined;
  /** Default: made by the service. A secret. */
  readonly secret?: string | undefined;
}

/**
 * Makes a RADIUS client, with a shared secret that is made by the service or entered.
 *
 * Refused: bad_name, bad_client_address, bad_push, bad_radius_secret, unknown_application, application_internal,
 * radius_client_taken, too_many_radius_clients.
 */
export async function createRadiusClient(
  management: Management,
  actor: Actor,
  given: NewRadiusClient,
): Promise<Result<KeyedRadiusClient>> {
  const fields = prepared(given);
  if ('refusal' in fields) return refused(fields.refusal);
  const value = prepareSecret(given.secret);
  if (value === undefined) return refused('bad_radius_secret');
  const id = randomUUID();
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const { name = '', address = '', push = 'challenge' } = fields;
    const application = await applicationOf(db, given.applicationId);
    if ('refusal' in application) return refused(application.refusal);
    const others = await db.selectFrom('radius_clients').select(['id', 'name', 'address']).execute();
    if (isTaken(others, { id, name, address })) return refused('radius_client_taken');
    if (others.length >= radiusLimits.radiusClientsMax) return refused('too_many_radius_clients');
    const row = { id, name, address, application_id: application.id, push, created_ms: atMs };
    await db
      .insertInto('radius_clients')
      .values({ ...row, ...sealedSecret(management, id, value) })
      .execute();
    const detail = { change: 'create', address, application: application.name, push };
    await audit({ management, db, actor, atMs }, row, detail);
    const client = viewOf({ ...row, application: application.name });
    return done({ client, value: given.secret === undefined ? value : null });
  });
}

/** What is changed of a client; what is absent stays. */
export interface RadiusClientChange {
  readonly id: string;
  readonly name?: string | undefined;
  readonly address?: string | undefined;
  readonly applicationId?: string | undefined;
  readonly push?: RadiusPush | undefined;
}

/**
 * Changes a client but for its secret. All nodes follow within a second.
 *
 * Refused: bad_name, bad_client_address, bad_push, unknown_radius_client, unknown_application, application_internal,
 * radius_client_taken.
 */
export async function changeRadiusClient(
  management: Management,
  actor: Actor,
  { id, ...given }: RadiusClientChange,
): Promise<Result<RadiusClientView>> {
  const fields = prepared(given);
  if ('refusal' in fields) return refused(fields.refusal);
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const before = await clientRows(db).where('radius_clients.id', '=', id).executeTakeFirst();
    if (before === undefined) return refused('unknown_radius_client');
    const application = await applicationOf(db, given.applicationId ?? before.application_id);
    if ('refusal' in application) return refused(application.refusal);
    const { name = before.name, address = before.address, push = before.push } = fields;
    const others = await db.selectFrom('radius_clients').select(['id', 'name', 'address']).execute();
    if (isTaken(others, { id, name, address })) return refused('radius_client_taken');
    const row = { id, name, address, application_id: application.id, push };
    await db.updateTable('radius_clients').set(row).where('id', '=', id).execute();
    const detail = { change: 'change', address, application: application.name, push };
    await audit({ management, db, actor, atMs }, row, detail);
    return done(viewOf({ ...before, ...row, application: application.name }));
  });
}

/**
 * Gives a client another secret, made by the service or entered; the old one ends within a second. Refused: bad_radius_secret,
 * unknown_radius_client.
 */
export async function changeRadiusSecret(
  management: Management,
  actor: Actor,
  { id, secret }: { readonly id: string; readonly secret?: string | undefined },
): Promise<Result<KeyedRadiusClient>> {
  const value = prepareSecret(secret);
  if (value === undefined) return refused('bad_radius_secret');
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const row = await clientRows(db).where('radius_clients.id', '=', id).executeTakeFirst();
    if (row === undefined) return refused('unknown_radius_client');
    await db
      .updateTable('radius_clients')
      .set(sealedSecret(management, id, value))
      .where('id', '=', id)
      .execute();
    await audit({ management, db, actor, atMs }, row, { change: 'rotate-secret' });
    return done({ client: viewOf(row), value: secret === undefined ? value : null });
  });
}

/** Removes a client: what it sends is dropped. Refused: unknown_radius_client. */
export async function removeRadiusClient(
  management: Management,
  actor: Actor,
  id: string,
): Promise<Result<RadiusClientView>> {
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const row = await clientRows(db).where('radius_clients.id', '=', id).executeTakeFirst();
    if (row === undefined) return refused('unknown_radius_client');
    await db.deleteFrom('radius_clients').where('id', '=', id).execute();
    await audit({ management, db, actor, atMs }, row, { change: 'remove', address: row.address });
    return done(viewOf(row));
  });
}

/** All clients, by name. */
export async function listRadiusClients(db: Db): Promise<RadiusClientView[]> {
  return (await clientRows(db).orderBy('radius_clients.name').execute()).map(viewOf);
}

function clientRows(db: Db) {
  return db
    .selectFrom('radius_clients')
    .innerJoin('applications', 'applications.id', 'radius_clients.application_id')
    .select([
      'radius_clients.id',
      'radius_clients.name',
      'radius_clients.address',
      'radius_clients.application_id',
      'radius_clients.push',
      'radius_clients.created_ms',
      'applications.name as application',
    ]);
}

interface ClientRow {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly application_id: string;
  readonly push: RadiusPush;
  readonly created_ms: number;
}

interface Prepared {
  readonly name?: string;
  readonly address?: string;
  readonly push?: RadiusPush;
}

/** What was given, in the form in which it is stored, or why it is not. */
function prepared(
  given: Omit<RadiusClientChange, 'id' | 'applicationId'>,
): Prepared | { readonly refusal: RefusalCode } {
  const name = given.name === undefined ? undefined : prepareLine(given.name, userLimits.clientNameMax);
  if (given.name !== undefined && !name) return { refusal: 'bad_name' };
  const address = given.address === undefined ? undefined : normalRange(given.address);
  if (given.address !== undefined && address === undefined) return { refusal: 'bad_client_address' };
  const { push } = given;
  if (push !== undefined && !pushModes.includes(push)) return { refusal: 'bad_push' };
  return { ...(name && { name }), ...(address && { address }), ...(push && { push }) };
}

function isTaken(
  others: readonly Pick<ClientRow, 'id' | 'name' | 'address'>[],
  own: Pick<ClientRow, 'id' | 'name' | 'address'>,
): boolean {
  return others.some(
    ({ id, name, address }) => id !== own.id && (name === own.name || address === own.address),
  );
}

async function applicationOf(
  db: Db,
  id: string,
): Promise<{ readonly id: string; readonly name: string } | { readonly refusal: RefusalCode }> {
  const found = await db
    .selectFrom('applications')
    .select(['id', 'name'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (found === undefined) return { refusal: 'unknown_application' };
  return found.name === CONSOLE_APPLICATION.name ? { refusal: 'application_internal' } : found;
}

function viewOf(row: ClientRow & { readonly application: string }): RadiusClientView {
  const { id, name, address, application_id: applicationId, application, push, created_ms: createdMs } = row;
  return { id, name, address, applicationId, application, push, createdMs };
}

function sealedSecret({ keys }: Management, id: string, value: string) {
  const { box, keyId } = seal(keys, { table: 'radius_clients', id }, Buffer.from(value));
  return { sealed_secret: box, key_id: keyId };
}

interface Writing {
  readonly management: Management;
  readonly db: Db;
  readonly actor: Actor;
  readonly atMs: number;
}

function audit(
  { management, db, actor, atMs }: Writing,
  row: Pick<ClientRow, 'id' | 'name'>,
  detail: Readonly<Record<string, string>>,
): Promise<void> {
  return recordAudit(db, management.keys, {
    atMs,
    actor,
    action: 'radius-client.change',
    subjectKind: 'radius-client',
    subjectId: row.id,
    subject: row.name,
    detail,
  });
}
