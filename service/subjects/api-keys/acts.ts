import { randomUUID } from 'node:crypto';
import { hashBearer, makeBearer } from '../../base/bearers.ts';
import { ServiceError } from '../../base/errors.ts';
import type { Role } from '../../base/kinds.ts';
import { accessLimits } from '../../base/limits/access.ts';
import { userLimits } from '../../base/limits/users.ts';
import { done, refused } from '../../base/results.ts';
import { named, nullable, object, serviceText, type TypeOf, time } from '../../base/shapes.ts';
import { texts } from '../../base/texts/texts.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import { act, did, subject } from '../kit/act.ts';
import { clientName, role, roleOptions, shownKey } from '../kit/common-fields.ts';
import { offered } from '../kit/field.ts';
import { list } from '../kit/list.ts';

const apiKey = named(
  object({
    id: serviceText,
    name: serviceText,
    role: role.shape,
    createdMs: time,
    lastUsedMs: nullable(time),
    revokedMs: nullable(time),
  }),
  'ApiKey',
);
/** An API key of a program that administers the service, without the key itself. Its last use is accurate to about a minute. */
type ApiKeyView = TypeOf<typeof apiKey>;
const keyed = object({ apiKey, value: shownKey });

const about = subject({
  kind: 'api-key',
  key: 'id',
  home: '/api-keys',
  missing: ['unknown_api_key'],
  async find(db, id) {
    const found = await rows(db).where('id', '=', id).executeTakeFirst();
    return found === undefined ? refused('unknown_api_key') : done(found);
  },
});
const shared = { permission: 'api-key.change', subject: about } as const;

/** A revoked key keeps its name, by which the audit names it. */
export const createApiKey = act({
  ...shared,
  makes: true,
  fields: { name: clientName, role: offered(role, 'auditor') },
  gives: keyed,
  refusals: { api_key_taken: 'name', too_many_api_keys: 'name' },
  routes: [
    {
      name: 'api-keys.create',
      summary: 'Create an administration API key. It is shown once.',
      at: 'POST /v1/api-keys',
      example: { name: 'inventory sync', role: 'helpdesk' },
    },
  ],
  form: {
    at: '/api-keys/create',
    title: 'Create an API key',
    lead: 'It is shown on the next page, once.',
    submit: 'Create an API key',
    done: 'created',
    once: ({ apiKey: { name }, value }) => ({ title: 'API key', label: `API key ${name}`, value }),
  },
  async run({ db, atMs }, { name, role }) {
    const { value, hash } = makeBearer('pfa');
    const taken = await db.selectFrom('api_keys').select('id').where('name', '=', name).executeTakeFirst();
    if (taken !== undefined) return refused('api_key_taken');
    const inUse = await db.selectFrom('api_keys').select('id').where('revoked_ms', 'is', null).execute();
    if (inUse.length >= userLimits.apiKeysMax) return refused('too_many_api_keys');
    const made = { id: randomUUID(), name, role, createdMs: atMs, lastUsedMs: null, revokedMs: null };
    await db
      .insertInto('api_keys')
      .values({
        id: made.id,
        name,
        role,
        created_ms: atMs,
        last_used_ms: null,
        revoked_ms: null,
        key_hash: hash,
      })
      .execute();
    return did({ apiKey: made, value }, made, { change: 'create', role });
  },
});

/** At once and for good. */
export const revokeApiKey = act({
  ...shared,
  fields: {},
  gives: apiKey,
  refusals: { api_key_revoked: 'form' },
  routes: [
    {
      name: 'api-keys.revoke',
      summary: 'Revoke an administration API key.',
      at: 'POST /v1/api-keys/:id/revoke',
    },
  ],
  form: {
    at: '/api-key/revoke',
    title: ({ name }) => `Revoke the key ${name}`,
    lead: 'The service refuses this key at once and for good.',
    submit: 'Revoke',
    isFinal: true,
    done: 'revoked',
  },
  async run({ db, atMs, item }) {
    if (item.revokedMs !== null) return refused('api_key_revoked');
    await db.updateTable('api_keys').set({ revoked_ms: atMs }).where('id', '=', item.id).execute();
    return did({ ...item, revokedMs: atMs }, item, { change: 'revoke' });
  },
});

export const apiKeys = list<ApiKeyView>({
  name: 'api-keys.list',
  summary: 'List the keys of programs that administer the service.',
  at: 'GET /v1/api-keys',
  permission: 'read',
  item: apiKey,
  as: 'apiKeys',
  key: 'id',
  title: 'name',
  columns: {
    name: { label: 'Name', as: 'name' },
    revokedMs: {
      label: 'State',
      as: ms => (ms === null ? ['good', 'In use'] : ['bad', texts.states.revoked]),
    },
    role: { label: 'Role', as: roleOptions },
    lastUsedMs: { label: 'Last used (UTC)', as: 'time', none: texts.operator.never },
    createdMs: { label: 'Created (UTC)', as: 'time' },
  },
  page: {
    at: '/api-keys',
    title: 'API keys',
    lead: 'Keys of programs that administer this service, each with the role of an operator.',
    none: 'No API keys yet.',
  },
  adds: createApiKey,
  acts: [[revokeApiKey, 'Revoke', ({ revokedMs }) => revokedMs === null]],
  read: listApiKeys,
});

/** Returns the API keys, active ones first, then by name. */
export async function listApiKeys(db: Db): Promise<ApiKeyView[]> {
  return await rows(db)
    .orderBy(order => order.case().when('revoked_ms', 'is', null).then(0).else(1).end())
    .orderBy('name')
    .limit(userLimits.apiKeysMax)
    .execute();
}

function rows(db: Db) {
  return db
    .selectFrom('api_keys')
    .select([
      'id',
      'name',
      'role',
      'created_ms as createdMs',
      'last_used_ms as lastUsedMs',
      'revoked_ms as revokedMs',
    ]);
}

/** Returns the API key with this value; undefined if it is unknown or revoked. Its use is stored now and then. */
export async function apiKeyOf(
  db: Db,
  value: string,
  nowMs: number,
): Promise<{ id: string; name: string; role: Role } | undefined> {
  const row = await db
    .selectFrom('api_keys')
    .select(['id', 'name', 'role', 'last_used_ms'])
    .where('key_hash', '=', hashBearer(value))
    .where('revoked_ms', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.last_used_ms === null || nowMs - row.last_used_ms > accessLimits.seenAgainMs)
    await markUsed(db, row.id, nowMs);
  return { id: row.id, name: row.name, role: row.role };
}

/** A busy database does not keep a program from reading. */
async function markUsed(db: Db, id: string, nowMs: number): Promise<void> {
  try {
    await writing(db, transaction =>
      transaction.updateTable('api_keys').set({ last_used_ms: nowMs }).where('id', '=', id).execute(),
    );
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'busy')) throw error;
  }
}
