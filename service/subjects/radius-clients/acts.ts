import { randomBytes, randomUUID } from 'node:crypto';
import { radiusLimits } from '../../base/limits/radius.ts';
import { done, refused } from '../../base/results.ts';
import { described, named, nullable, object, serviceText, type TypeOf, time } from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { seal } from '../../storage/encryption-at-rest/seal.ts';
import { act, did, subject } from '../kit/act.ts';
import { clientName } from '../kit/common-fields.ts';
import { defaulted, optional } from '../kit/field.ts';
import { list } from '../kit/list.ts';
import { application, push, pushModes, sharedSecret, sourceRange } from './fields.ts';

const client = named(
  object({
    id: serviceText,
    name: serviceText,
    address: described(serviceText, 'An IP address or a range of them.'),
    applicationId: serviceText,
    application: serviceText,
    push: push.shape,
    createdMs: time,
  }),
  'RadiusClient',
);
export type RadiusClient = TypeOf<typeof client>;

const keyed = object({
  client,
  value: described(
    nullable(serviceText),
    'The generated shared secret. Shown once and stored encrypted. Null if it was entered.',
  ),
});
export type KeyedRadiusClient = TypeOf<typeof keyed>;

const radiusClient = subject({
  kind: 'radius-client',
  key: 'id',
  home: '/radius-clients',
  missing: ['unknown_radius_client'],
  async find(db, id) {
    const found = await clientRows(db).where('radius_clients.id', '=', id).executeTakeFirst();
    return found === undefined ? refused('unknown_radius_client') : done(found);
  },
});
const shared = { permission: 'radius-client.change', subject: radiusClient } as const;
const facts = { name: clientName, address: sourceRange, applicationId: application } as const;

export const createRadiusClient = act({
  ...shared,
  makes: true,
  fields: { ...facts, push: defaulted(push, 'challenge'), secret: optional(sharedSecret) },
  gives: keyed,
  refusals: { radius_client_taken: 'name', too_many_radius_clients: 'name' },
  routes: [
    {
      name: 'radius-clients.create',
      summary: 'Create a RADIUS client. A generated shared secret is shown once.',
      at: 'POST /v1/radius-clients',
      example: {
        name: 'vpn-1',
        address: '192.0.2.10',
        applicationId: '00000000-0000-4000-8000-000000000000',
      },
    },
  ],
  form: {
    at: '/radius-clients/create',
    title: 'Add a RADIUS client',
    lead: 'If you enter no shared secret, the service makes one and shows it once on the next page.',
    submit: 'Add a RADIUS client',
    done: 'created',
    once: shownOnce,
  },
  async run({ db, keys, atMs }, { applicationId: { id: application_id, name: application }, ...taken }) {
    const { name, address, push, secret } = taken;
    const id = randomUUID();
    const others = await db.selectFrom('radius_clients').select(['id', 'name', 'address']).execute();
    if (others.some(isLike({ id, name, address }))) return refused('radius_client_taken');
    if (others.length >= radiusLimits.radiusClientsMax) return refused('too_many_radius_clients');
    const value = secret ?? makeSecret();
    const row = { id, name, address, push };
    await db
      .insertInto('radius_clients')
      .values({ ...row, application_id, created_ms: atMs, ...sealed(keys, id, value) })
      .execute();
    const client = { ...row, applicationId: application_id, application, createdMs: atMs };
    const detail = { change: 'create', address, application, push };
    return did({ client, value: secret === undefined ? value : null }, client, detail);
  },
});

/** All nodes follow within a second. */
export const changeRadiusClient = act({
  ...shared,
  fields: {
    name: optional(clientName),
    address: optional(sourceRange),
    applicationId: optional(application),
    push: optional(push),
  },
  gives: client,
  refusals: { radius_client_taken: 'name' },
  routes: [
    {
      name: 'radius-clients.change',
      summary: 'Change the name, address, application or push mode of a RADIUS client.',
      at: 'PATCH /v1/radius-clients/:id',
      example: { address: '192.0.2.11', push: 'wait' },
    },
  ],
  form: {
    at: '/radius-client/change',
    title: ({ name }) => `Change the RADIUS client ${name}`,
    submit: 'Save',
    fills: item => item,
    done: 'changed',
  },
  async run({ db, item }, { applicationId: chosen, ...taken }) {
    const { name = item.name, address = item.address, push = item.push } = taken;
    const { id: applicationId, name: application } = chosen ?? {
      id: item.applicationId,
      name: item.application,
    };
    const client = { ...item, name, address, push, applicationId, application };
    const others = await db.selectFrom('radius_clients').select(['id', 'name', 'address']).execute();
    if (others.some(isLike(client))) return refused('radius_client_taken');
    await db
      .updateTable('radius_clients')
      .set({ name, address, push, application_id: applicationId })
      .where('id', '=', item.id)
      .execute();
    return did(client, client, { change: 'change', address, application, push });
  },
});

/** The old secret ends within a second. */
export const changeRadiusSecret = act({
  ...shared,
  fields: { secret: optional(sharedSecret) },
  gives: keyed,
  refusals: {},
  routes: [
    {
      name: 'radius-clients.rotate-secret',
      summary:
        'Replace the shared secret of a RADIUS client with a generated one, shown once. The old secret stops working.',
      at: 'POST /v1/radius-clients/:id/rotate-secret',
      without: ['secret'],
    },
    {
      name: 'radius-clients.set-secret',
      summary:
        'Set the shared secret of a RADIUS client to one that the client already uses. The old secret stops working.',
      at: 'POST /v1/radius-clients/:id/secret',
      needs: ['secret'],
      example: { secret: 'as-it-stands-in-the-settings-of-the-client' },
      gives: { shape: client, from: ({ client: one }) => one },
    },
  ],
  form: {
    at: '/radius-client/secret',
    title: ({ name }) => `New shared secret for ${name}`,
    lead: 'The present secret stops working within a second.',
    submit: 'New secret',
    isFinal: true,
    done: 'changed',
    once: shownOnce,
  },
  async run({ db, keys, item }, { secret }) {
    const value = secret ?? makeSecret();
    await db
      .updateTable('radius_clients')
      .set(sealed(keys, item.id, value))
      .where('id', '=', item.id)
      .execute();
    const detail = { change: 'rotate-secret' };
    return did({ client: item, value: secret === undefined ? value : null }, item, detail);
  },
});

export const removeRadiusClient = act({
  ...shared,
  fields: {},
  gives: client,
  refusals: {},
  routes: [
    {
      name: 'radius-clients.remove',
      summary: 'Remove a RADIUS client. Its packets are dropped.',
      at: 'DELETE /v1/radius-clients/:id',
    },
  ],
  form: {
    at: '/radius-client/remove',
    title: ({ name }) => `Remove the RADIUS client ${name}`,
    lead: 'Its packets are dropped without an answer. Its shared secret is deleted.',
    submit: 'Remove',
    isFinal: true,
    done: 'removed',
  },
  async run({ db, item }) {
    await db.deleteFrom('radius_clients').where('id', '=', item.id).execute();
    return did(item, item, { change: 'remove', address: item.address });
  },
});

export const radiusClients = list<RadiusClient>({
  name: 'radius-clients.list',
  summary: 'List RADIUS clients.',
  at: 'GET /v1/radius-clients',
  permission: 'read',
  item: client,
  as: 'radiusClients',
  key: 'id',
  title: 'name',
  columns: {
    name: { label: 'Name', as: 'name' },
    address: { label: 'Address' },
    application: { label: 'Application' },
    push: { label: 'Empty passcode', as: pushModes },
    createdMs: { label: 'Created (UTC)', as: 'time' },
  },
  page: {
    at: '/radius-clients',
    title: 'RADIUS clients',
    lead: 'Gateways and servers that ask this service over RADIUS, each with a shared secret of its own.',
    none: 'No RADIUS clients.',
  },
  adds: createRadiusClient,
  acts: [
    [changeRadiusClient, 'Change'],
    [changeRadiusSecret, 'New secret'],
    [removeRadiusClient, 'Remove'],
  ],
  read: listRadiusClients,
});

/** Returns all clients, by name. */
export async function listRadiusClients(db: Db): Promise<RadiusClient[]> {
  return await clientRows(db).orderBy('radius_clients.name').execute();
}

function clientRows(db: Db) {
  return db
    .selectFrom('radius_clients')
    .innerJoin('applications', 'applications.id', 'radius_clients.application_id')
    .select([
      'radius_clients.id',
      'radius_clients.name',
      'radius_clients.address',
      'radius_clients.application_id as applicationId',
      'applications.name as application',
      'radius_clients.push',
      'radius_clients.created_ms as createdMs',
    ]);
}

type Range = Pick<RadiusClient, 'id' | 'name' | 'address'>;

function isLike(own: Range): (other: Range) => boolean {
  return ({ id, name, address }) => id !== own.id && (name === own.name || address === own.address);
}

/** An eavesdropper of one packet can guess at the secret offline (RFC 2865 §8), so it has 192 bits. */
function makeSecret(): string {
  return randomBytes(radiusLimits.radiusSecretBytes).toString('base64url');
}

function sealed(keys: Keys, id: string, value: string) {
  const { box, keyId } = seal(keys, { table: 'radius_clients', id }, Buffer.from(value));
  return { sealed_secret: box, key_id: keyId };
}

/** An entered secret is not shown. */
function shownOnce({ client: { name }, value }: KeyedRadiusClient) {
  return value === null ? undefined : { title: 'Shared secret', label: `Shared secret of ${name}`, value };
}
