import { randomUUID } from 'node:crypto';
import { PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '@passfob/protocol/limits';
import type { Selectable } from 'kysely';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { done, refused } from '../../base/results.ts';
import { count, named, object, serviceText, type TypeOf, text, time, whole } from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Schema } from '../../storage/schema/schema.ts';
import { act, did, subject } from '../kit/act.ts';
import { defaulted, field, offered, optional } from '../kit/field.ts';
import { list } from '../kit/list.ts';
import { columnsOf, fewestDigits } from './facts.ts';
import { wantPolicy } from './fob-tasks.ts';
import { formatKind, kind, kindFields, kindShapes, lookAhead, pinLocations, within } from './kind-fields.ts';

export type PolicyRow = Selectable<Schema['policies']>;

/** `version` rises with every change, and tokens keep that by which they were made; `lookAhead`: null but for HOTP. */
const policy = named(
  object({
    name: serviceText,
    version: count,
    ...kindShapes,
    pinMinDigits: count,
    createdMs: time,
    changedMs: time,
  }),
  'Policy',
);
export type PolicyView = TypeOf<typeof policy>;

const name = field(
  text(tokenLimits.policyNameMax, { minLength: 1 }),
  { label: 'Name' },
  'bad_policy_name',
  given =>
    given.trim() === given &&
    given.length >= 1 &&
    given.length <= tokenLimits.policyNameMax &&
    !/\p{C}/u.test(given)
      ? given
      : undefined,
);
const pinMinDigits = field(
  whole(PIN_DIGITS_MIN, PIN_DIGITS_MAX),
  { label: 'Fewest PIN digits', hint: `${PIN_DIGITS_MIN} to ${PIN_DIGITS_MAX}.` },
  'bad_pin_digits',
  within(PIN_DIGITS_MIN, PIN_DIGITS_MAX),
);

const about = subject({
  kind: 'policy',
  key: 'name',
  keyInForms: 'id',
  home: '/policies',
  missing: ['unknown_policy'],
  async find(db, typed) {
    const row = await policyNamed(db, typed);
    return row === undefined ? refused('unknown_policy') : done(row);
  },
});
const shared = { permission: 'policy.change', subject: about, gives: policy } as const;

export const createPolicy = act({
  ...shared,
  makes: true,
  fields: {
    name,
    kind: offered(kind, 'totp'),
    ...kindFields,
    pinMinDigits: defaulted(pinMinDigits, PIN_DIGITS_MIN),
  },
  refusals: { bad_digits: 'digits', policy_taken: 'name', too_many_policies: 'name' },
  routes: [
    {
      name: 'policies.create',
      summary: 'Create a policy.',
      at: 'POST /v1/policies',
      example: { name: 'staff', kind: 'totp', algorithm: 'sha256', digits: 8, period: 60 },
    },
  ],
  form: { at: '/policies/create', title: 'Create a policy', submit: 'Create a policy', done: 'created' },
  async run({ db, atMs }, { name, pinMinDigits, ...facts }) {
    if (facts.digits < fewestDigits(facts.alphabet)) return refused('bad_digits');
    if ((await policyNamed(db, name)) !== undefined) return refused('policy_taken');
    const others = await db.selectFrom('policies').select('id').execute();
    if (others.length >= tokenLimits.policiesMax) return refused('too_many_policies');
    const row: PolicyRow = {
      id: randomUUID(),
      name,
      version: 1,
      ...columnsOf(facts),
      pin_min_digits: pinMinDigits,
      created_ms: atMs,
      changed_ms: atMs,
    };
    await db.insertInto('policies').values(row).execute();
    return did(viewOfPolicy(row), row, { what: 'created', version: row.version });
  },
});
export type PolicyInput = Parameters<typeof createPolicy>[2];

/** For new tokens only; fobs that hold tokens of it get its PIN length when they are next reached. */
export const changePolicy = act({
  ...shared,
  fields: {
    kind,
    ...kindFields,
    lookAhead: optional(lookAhead),
    pinMinDigits: optional(pinMinDigits),
  },
  refusals: { bad_digits: 'digits' },
  routes: [
    {
      name: 'policies.change',
      summary: 'Change a policy. The change applies to new tokens only.',
      at: 'PUT /v1/policies/:name',
      example: { kind: 'totp', algorithm: 'sha256', digits: 8, period: 30, pinPlace: 'fob' },
    },
  ],
  form: {
    at: '/policy/change',
    title: ({ name }) => `Change the policy ${name}`,
    lead: 'This creates a new version. Existing tokens keep their version.',
    submit: 'Save',
    fills: row => {
      const { periodSeconds, ...view } = viewOfPolicy(row);
      return {
        ...view,
        period: periodSeconds ?? tokenLimits.periodDefaultSeconds,
        lookAhead: view.lookAhead ?? tokenLimits.lookAheadDefault,
      };
    },
    done: 'changed',
  },
  async run(acting, { pinMinDigits, lookAhead, ...facts }) {
    const { db, item, atMs } = acting;
    if (facts.digits < fewestDigits(facts.alphabet)) return refused('bad_digits');
    const row: PolicyRow = {
      ...item,
      ...columnsOf({ ...facts, lookAhead: lookAhead ?? item.look_ahead }),
      version: item.version + 1,
      pin_min_digits: pinMinDigits ?? item.pin_min_digits,
      changed_ms: atMs,
    };
    const { id, ...columns } = row;
    await db.updateTable('policies').set(columns).where('id', '=', id).execute();
    await wantPolicy(acting, row);
    return did(viewOfPolicy(row), row, { what: 'changed', version: row.version });
  },
});

export const removePolicy = act({
  ...shared,
  fields: {},
  refusals: { policy_used: 'form' },
  routes: [
    {
      name: 'policies.remove',
      summary: 'Remove a policy that was never used for a token.',
      at: 'DELETE /v1/policies/:name',
    },
  ],
  form: {
    at: '/policy/remove',
    title: ({ name }) => `Remove the policy ${name}`,
    lead: 'A policy that was used for a token cannot be removed.',
    submit: 'Remove',
    isFinal: true,
    done: 'removed',
  },
  async run({ db, item }) {
    const used = await db
      .selectFrom('tokens')
      .select('id')
      .where('policy_id', '=', item.id)
      .limit(1)
      .executeTakeFirst();
    const awaited = await db
      .selectFrom('activations')
      .select('id')
      .where('policy_id', '=', item.id)
      .where('state', '=', 'open')
      .limit(1)
      .executeTakeFirst();
    if (used !== undefined || awaited !== undefined) return refused('policy_used');
    await db.deleteFrom('policies').where('id', '=', item.id).execute();
    return did(viewOfPolicy(item), item, { what: 'removed', version: item.version });
  },
});

export const policies = list<PolicyView>({
  name: 'policies.list',
  summary: 'List policies.',
  at: 'GET /v1/policies',
  permission: 'read',
  item: policy,
  as: 'policies',
  key: 'name',
  title: 'name',
  columns: {
    name: { label: 'Name', as: 'name' },
    kind: { label: 'Kind', words: formatKind },
    pinPlace: { label: 'PIN', as: pinLocations },
    pinMinDigits: { label: 'Fewest PIN digits' },
    version: { label: 'Version' },
    changedMs: { label: 'Changed (UTC)', as: 'time' },
  },
  page: {
    at: '/policies',
    title: 'Policies',
    lead: 'A policy sets the properties of new tokens. Changing a policy changes no existing token.',
    none: 'No policies yet.',
  },
  adds: createPolicy,
  acts: [
    [changePolicy, 'Change'],
    [removePolicy, 'Remove'],
  ],
  read: listPolicies,
});

/** Returns all policies, by name. */
export async function listPolicies(db: Db): Promise<PolicyView[]> {
  const rows = await db
    .selectFrom('policies')
    .selectAll()
    .orderBy('name')
    .limit(tokenLimits.policiesMax)
    .execute();
  return rows.map(viewOfPolicy);
}

/** Returns the policy with this name, or undefined. */
export function policyNamed(db: Db, name: string): Promise<PolicyRow | undefined> {
  return db.selectFrom('policies').selectAll().where('name', '=', name).executeTakeFirst();
}

function viewOfPolicy(row: PolicyRow): PolicyView {
  return {
    name: row.name,
    version: row.version,
    kind: row.kind,
    algorithm: row.algorithm,
    alphabet: row.alphabet,
    digits: row.digits,
    periodSeconds: row.period_seconds,
    pinPlace: row.pin_place,
    lookAhead: row.kind === 'hotp' ? row.look_ahead : null,
    pinMinDigits: row.pin_min_digits,
    createdMs: row.created_ms,
    changedMs: row.changed_ms,
  };
}
