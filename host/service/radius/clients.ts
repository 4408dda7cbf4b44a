import { randomBytes, randomUUID } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { recordAudit } from '../audit/record.ts';
import { isRange } from '../configuration/addresses.ts';
import { type Db, writing } from '../data/database.ts';
import { limits } from '../limits.ts';
import { done, type Management, type Result, refused } from '../management.ts';
import type { Actor } from '../people/actor.ts';
import { CONSOLE_APPLICATION } from '../people/applications.ts';
import { prepareLine } from '../people/one-line.ts';
import { type Sealed, seal } from '../sealing/seal.ts';

/** A RADIUS client as operators see it. Time in milliseconds since 1970. */
export interface RadiusClientView {
  readonly id: string;
  readonly name: string;
  /** The address or range that its packets come from. */
  readonly address: string;
  /** Whose factors its log-ins must show. */
  readonly applicationId: string;
  readonly application: string;
  readonly createdMs: number;
}

/** A client with its shared secret, which is shown once and sealed after that. */
export interface KeyedRadiusClient {
  readonly client: RadiusClientView;
  /** ASCII. A secret. */
  readonly value: string;
}

/**
 * Makes a RADIUS client and a shared secret for it: chosen by the service, because everything that is hidden in a packet can
 * be guessed at offline by whoever sees one (RFC 2865 §8).
 *
 * Refused: bad_name, bad_client_address, unknown_application, application_internal, radius_client_taken,
 * too_many_radius_clients.
 */
export async function createRadiusClient(
  management: Management,
  actor: Actor,
  given: { readonly name: string; readonly address: string; readonly applicationId: string },
): Promise<Result<KeyedRadiusClient>> {
  const name = prepareLine(given.name, limits.clientNameMax);
  if (!name) return refused('bad_name');
  const address = prepareAddress(given.address);
  if (address === undefined) return refused('bad_client_address');
  const id = randomUUID();
  const { value, sealed } = newSecret(management, id);
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const application = await db
      .selectFrom('applications')
      .select(['id', 'name'])
      .where('id', '=', given.applicationId)
      .executeTakeFirst();
    if (application === undefined) return refused('unknown_application');
    if (application.name === CONSOLE_APPLICATION.name) return refused('application_internal');
    const others = await db.selectFrom('radius_clients').select(['name', 'address']).execute();
    if (others.some(other => other.name === name || other.address === address))
      return refused('radius_client_taken');
    if (others.length >= limits.radiusClientsMax) return refused('too_many_radius_clients');
    const row = { id, name, address, application_id: application.id, created_ms: atMs };
    await db
      .insertInto('radius_clients')
      .values({ ...row, sealed_secret: sealed.box, key_id: sealed.keyId })
      .execute();
    const detail = { change: 'create', address, application: application.name };
    await audit({ management, db, actor, atMs }, row, detail);
    return done({ client: viewOf({ ...row, application: application.name }), value });
  });
}

/** Gives a client another secret; the old one ends at once. Refused: unknown_radius_client. */
export async function rotateRadiusSecret(
  management: Management,
  actor: Actor,
  id: string,
): Promise<Result<KeyedRadiusClient>> {
  const { value, sealed } = newSecret(management, id);
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const row = await clientRows(db).where('radius_clients.id', '=', id).executeTakeFirst();
    if (row === undefined) return refused('unknown_radius_client');
    const change = { sealed_secret: sealed.box, key_id: sealed.keyId };
    await db.updateTable('radius_clients').set(change).where('id', '=', id).execute();
    await audit({ management, db, actor, atMs }, row, { change: 'rotate-secret' });
    return done({ client: viewOf(row), value });
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
      'radius_clients.created_ms',
      'applications.name as application',
    ]);
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly application_id: string;
  readonly created_ms: number;
}

function viewOf(row: Row & { readonly application: string }): RadiusClientView {
  const { id, name, address, application_id: applicationId, application, created_ms: createdMs } = row;
  return { id, name, address, applicationId, application, createdMs };
}

/** An address or a range in the one form in which equal ones are equal texts; undefined where it is none. */
function prepareAddress(given: string): string | undefined {
  const text = given.trim();
  if (!isRange(text)) return undefined;
  const [address = '', prefix] = text.split('/');
  const parsed = ipaddr.process(address);
  const isMapped = parsed.kind() === 'ipv4' && address.includes(':');
  const bits = parsed.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  if (prefix === undefined) return parsed.toString();
  if (isMapped) return undefined;
  const network = bits.networkAddressFromCIDR(`${parsed.toString()}/${prefix}`);
  const isWhole = Number(prefix) === parsed.toByteArray().length * 8;
  return isWhole ? parsed.toString() : `${network.toString()}/${Number(prefix)}`;
}

function newSecret({ keys }: Management, id: string): { readonly value: string; readonly sealed: Sealed } {
  const value = randomBytes(limits.radiusSecretBytes).toString('base64url');
  return { value, sealed: seal(keys, { table: 'radius_clients', id }, Buffer.from(value)) };
}

interface Writing {
  readonly management: Management;
  readonly db: Db;
  readonly actor: Actor;
  readonly atMs: number;
}

function audit(
  { management, db, actor, atMs }: Writing,
  row: Pick<Row, 'id' | 'name'>,
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
