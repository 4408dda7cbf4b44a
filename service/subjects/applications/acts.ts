import { randomUUID } from 'node:crypto';
import { makeBearer } from '../../base/bearers.ts';
import { userLimits } from '../../base/limits/users.ts';
import { done, refused } from '../../base/results.ts';
import { flag, named, nullable, object, oneOf, serviceText, type TypeOf, time } from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Schema } from '../../storage/schema/schema.ts';
import { act, did, subject } from '../kit/act.ts';
import { clientName, shownKey } from '../kit/common-fields.ts';
import { choice } from '../kit/field.ts';
import { list } from '../kit/list.ts';
import { CONSOLE_APPLICATION } from './applications.ts';

const factorNames = [
  ['otp', 'Passcode'],
  ['pin_otp', 'PIN and passcode'],
  ['password_otp', 'Password and passcode'],
] as const;
const factors = choice(
  oneOf(...factorNames.map(([name]) => name)),
  { label: 'Required factors', options: factorNames },
  'bad_factors',
);

const application = named(
  object({
    id: serviceText,
    name: serviceText,
    factors: factors.shape,
    disabledMs: nullable(time),
    internal: flag,
    createdMs: time,
  }),
  'Application',
);
export type ApplicationView = TypeOf<typeof application>;
const keyed = object({ application, value: shownKey });

const about = subject({
  kind: 'application',
  key: 'id',
  home: '/applications',
  missing: ['unknown_application'],
  async find(db, id) {
    const row = await rows(db).where('id', '=', id).executeTakeFirst();
    return row === undefined ? refused('unknown_application') : done(viewOf(row));
  },
  // With fewer factors, or with an API key that somebody knows, the console would accept less than operators must show.
  kept: { refusal: 'application_internal', is: ({ internal }) => internal },
});
const shared = { permission: 'application.change', subject: about } as const;

export const createApplication = act({
  ...shared,
  makes: true,
  fields: { name: clientName, factors },
  gives: keyed,
  refusals: { application_taken: 'name', too_many_applications: 'name' },
  routes: [
    {
      name: 'applications.create',
      summary: 'Create an application. Its API key is shown once.',
      at: 'POST /v1/applications',
      example: { name: 'VPN', factors: 'password_otp' },
    },
  ],
  form: {
    at: '/applications/create',
    title: 'Create an application',
    lead: 'Its key is shown on the next page, once.',
    submit: 'Create an application',
    done: 'created',
    once: shownOnce,
  },
  async run({ db, atMs }, { name, factors }) {
    const { value, hash } = makeBearer('pfk');
    const others = await db.selectFrom('applications').select('name').execute();
    // The console's name is reserved even before the console's row exists.
    if (name === CONSOLE_APPLICATION.name || others.some(other => other.name === name))
      return refused('application_taken');
    if (others.length >= userLimits.applicationsMax) return refused('too_many_applications');
    const row = { id: randomUUID(), name, factors, disabled_ms: null, created_ms: atMs };
    await db
      .insertInto('applications')
      .values({ ...row, key_hash: hash })
      .execute();
    return did({ application: viewOf(row), value }, row, { change: 'create', factors });
  },
});

/** From the next log-in on. */
export const changeFactors = act({
  ...shared,
  fields: { factors },
  gives: application,
  refusals: {},
  routes: [
    {
      name: 'applications.change',
      summary: 'Change the factors that an application requires.',
      at: 'PATCH /v1/applications/:id',
      example: { factors: 'pin_otp' },
    },
  ],
  form: {
    at: '/application/factors',
    title: ({ name }) => `Required factors of log-ins through ${name}`,
    submit: 'Save',
    fills: item => item,
    done: 'changed',
  },
  async run({ db, item }, { factors }) {
    await set(db, item, { factors });
    const detail = { change: 'factors', factors, factorsBefore: item.factors };
    return did({ ...item, factors }, item, detail);
  },
});

export const rotateApplicationKey = act({
  ...shared,
  fields: {},
  gives: keyed,
  refusals: {},
  routes: [
    {
      name: 'applications.rotate-key',
      summary: 'Replace the API key of an application. The new key is shown once; the old key stops working.',
      at: 'POST /v1/applications/:id/rotate-key',
    },
  ],
  form: {
    at: '/application/rotate',
    title: ({ name }) => `New key for ${name}`,
    lead: 'The present key stops working at once. The new one is shown on the next page, once.',
    submit: 'New key',
    isFinal: true,
    done: 'changed',
    once: shownOnce,
  },
  async run({ db, item }) {
    const { value, hash } = makeBearer('pfk');
    await set(db, item, { key_hash: hash });
    return did({ application: item, value }, item, { change: 'rotate-key' });
  },
});

/** All its requests are refused until it is enabled again. */
export const disableApplication = act({
  ...shared,
  fields: {},
  gives: application,
  refusals: {},
  routes: [
    {
      name: 'applications.disable',
      summary: 'Disable an application: its requests are refused.',
      at: 'POST /v1/applications/:id/disable',
    },
  ],
  form: {
    at: '/application/disable',
    title: ({ name }) => `Disable ${name}`,
    lead: 'Its requests are refused until it is enabled again.',
    submit: 'Disable',
    isFinal: true,
    done: 'changed',
  },
  async run({ db, item, atMs }) {
    const disabledMs = item.disabledMs ?? atMs;
    await set(db, item, { disabled_ms: disabledMs });
    return did({ ...item, disabledMs }, item, { change: 'disable' });
  },
});

export const enableApplication = act({
  ...shared,
  fields: {},
  gives: application,
  refusals: {},
  routes: [
    {
      name: 'applications.enable',
      summary: 'Enable an application again.',
      at: 'POST /v1/applications/:id/enable',
    },
  ],
  form: {
    at: '/application/enable',
    title: ({ name }) => `Enable ${name}`,
    submit: 'Enable',
    done: 'changed',
  },
  async run({ db, item }) {
    await set(db, item, { disabled_ms: null });
    return did({ ...item, disabledMs: null }, item, { change: 'enable' });
  },
});

export const applications = list<ApplicationView>({
  name: 'applications.list',
  summary: 'List applications.',
  at: 'GET /v1/applications',
  permission: 'read',
  item: application,
  as: 'applications',
  key: 'id',
  title: 'name',
  columns: {
    name: { label: 'Name', as: 'name' },
    disabledMs: { label: 'State', as: ms => (ms === null ? ['good', 'Enabled'] : ['plain', 'Disabled']) },
    factors: { label: 'Required factors', as: factorNames },
    createdMs: { label: 'Created (UTC)', as: 'time' },
  },
  page: {
    at: '/applications',
    title: 'Applications',
    lead: 'Programs that check log-ins with this service, each with its own API key.',
    none: 'No applications.',
  },
  adds: createApplication,
  acts: [
    [changeFactors, 'Factors'],
    [rotateApplicationKey, 'New key'],
    [disableApplication, 'Disable', ({ disabledMs }) => disabledMs === null],
    [enableApplication, 'Enable', ({ disabledMs }) => disabledMs !== null],
  ],
  instead: ({ internal }) => (internal ? 'The console itself' : undefined),
  read: listApplications,
});

/** Returns all applications, by name. */
export async function listApplications(db: Db): Promise<ApplicationView[]> {
  return (await rows(db).orderBy('name').execute()).map(viewOf);
}

function rows(db: Db) {
  return db.selectFrom('applications').select(['id', 'name', 'factors', 'disabled_ms', 'created_ms']);
}

function viewOf(row: Omit<Schema['applications'], 'key_hash'>): ApplicationView {
  const { id, name, factors, disabled_ms: disabledMs, created_ms: createdMs } = row;
  return { id, name, factors, disabledMs, internal: name === CONSOLE_APPLICATION.name, createdMs };
}

function set(db: Db, { id }: ApplicationView, facts: Partial<Schema['applications']>) {
  return db.updateTable('applications').set(facts).where('id', '=', id).execute();
}

function shownOnce({ application: { name }, value }: TypeOf<typeof keyed>) {
  return { title: 'Key of the application', label: `Key of ${name}`, value };
}
