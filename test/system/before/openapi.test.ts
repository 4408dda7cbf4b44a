import { expect, it } from 'vitest';
import { Rig } from '../../service/kit.ts';
import { fixture } from './kit.ts';

/** Operations that the older description did not have. List new routes here. */
const ADDED: readonly string[] = [
  ...[
    'activations',
    'api-keys',
    'applications',
    'audit',
    'events',
    'groups',
    'mails',
    'operators',
    'policies',
    'radius-clients',
    'tokens',
    'users',
  ].map(list => `POST /v1/${list}/export`),
  'DELETE /v1/groups/{name}',
  'DELETE /v1/users/{user}/groups/{group}',
  'GET /v1/settings/kept',
  'PATCH /v1/settings/kept',
  'GET /v1/fobs/{serial}',
  'GET /v1/fobs/{serial}/tasks',
  'POST /v1/fobs/{serial}/accounts/{account}/remove',
  'POST /v1/fobs/{serial}/accounts/{account}/rename',
  'POST /v1/fobs/{serial}/erase',
  'POST /v1/fobs/{serial}/found',
  'POST /v1/fobs/{serial}/give',
  'POST /v1/fobs/{serial}/given',
  'POST /v1/fobs/{serial}/lost',
  'POST /v1/fobs/{serial}/order-accounts',
  'POST /v1/fobs/{serial}/acknowledge-power-loss',
  'POST /v1/fobs/{serial}/require-pin',
  'POST /v1/fobs/{serial}/reset-pin',
  'POST /v1/fobs/{serial}/retire',
  'POST /v1/fobs/{serial}/return',
  'POST /v1/fobs/{serial}/set-clock',
  'POST /v1/fobs/{serial}/tasks/{id}/cancel',
  'GET /v1/groups',
  'PATCH /v1/groups/{name}',
  'POST /v1/groups',
  'POST /v1/users/{user}/fob-requests',
  'POST /v1/users/{user}/groups',
];
/** Formats that imports take since then. */
const FORMATS = [
  ...['2fauth', 'andotp', 'authy', 'duo', 'enpass', 'graph', 'keepass', 'keycloak', 'lastpass', 'okta'],
  ...['proton', 'raivo', 'safenet', 'safeword', 'stratum'],
];
/** Returns the changes of an alert in the response of a route: alerts about fobs. */
function alertChanges(route: string, place: string): string[] {
  const where = `${route} responses 200 content application/json ${place}`;
  const kinds = ['audit_shortened', 'fob_battery', 'fob_drift', 'fob_refused', 'fob_wanted', 'fob_withheld'];
  return [
    `${where} properties: fob was added`,
    ...kinds.map(kind => `${where} properties kind enum: "${kind}" was added`),
    `${where} required: "fob" was added`,
  ];
}

/** Returns the changes of an activation in the response of a route: the token that it replaces. */
function replacesChanges(route: string, place: string): string[] {
  const where = `${route} responses ${place}`;
  return [`${where} properties: replaces was added`, `${where} required: "replaces" was added`];
}

const JSON_SCHEMA = 'content application/json schema';

/** Fields of a fob since then. */
function shorterPeriods(route: string): string {
  return `${route} requestBody ${JSON_SCHEMA} properties period minimum: 15 became 10`;
}
const FOB_FIELDS = [
  ...['algorithms', 'batteryPercent', 'clockErrorMs', 'clockState', 'espruino', 'freeRecords', 'lastSeen'],
  ...['nickname', 'openTasks', 'pin', 'putOffUntilMs', 'state', 'trimPpm'],
];
const FOB = 'GET /v1/fobs responses 200 content application/json schema properties fobs items';
/** Refusals since then: the schema of every problem lists all codes. */
const CODES = [
  ...[
    'account_in_use',
    'accounts_left',
    'audit_kept',
    'bad_audit_days',
    'bad_event_days',
    'bad_file_password',
  ],
  ...['bad_fob_state', 'bad_mail_days', 'bad_task', 'fob_in_care'],
  ...['group_has_members', 'group_taken', 'not_replaceable', 'task_over', 'too_many_groups'],
  ...['too_many_groups_of_user', 'too_many_tasks', 'unknown_group', 'unknown_task'],
];
/** Every other intended difference from the older description, as `differences` words it. */
/** Lists that are read in pages: more filters, their totals, and `isPartial`. */
const PAGES: readonly string[] = [
  'GET /v1/activations responses 200 content application/json schema properties: isPartial was added',
  'GET /v1/activations responses 200 content application/json schema properties: total was added',
  'GET /v1/activations responses 200 content application/json schema required: "isPartial" was added',
  'GET /v1/audit parameters action schema: minLength was added',
  'GET /v1/audit parameters actor schema: minLength was added',
  'GET /v1/audit parameters after: description was added',
  'GET /v1/audit parameters after schema: maxLength was added',
  'GET /v1/audit parameters after schema: maximum is gone',
  'GET /v1/audit parameters after schema: minimum is gone',
  'GET /v1/audit parameters after schema type: "integer" became "string"',
  'GET /v1/audit parameters subjectId schema: minLength was added',
  'GET /v1/audit parameters subjectKind schema enum: "group" was added',
  'GET /v1/audit parameters subjectKind schema enum: "mail" was added',
  'GET /v1/audit parameters subjectKind schema enum: "radius-client" was added',
  'GET /v1/audit responses 200 content application/json schema properties: isPartial was added',
  'GET /v1/audit responses 200 content application/json schema properties next type: "integer" is gone',
  'GET /v1/audit responses 200 content application/json schema properties next type: "string" was added',
  'GET /v1/audit responses 200 content application/json schema properties: total was added',
  'GET /v1/audit responses 200 content application/json schema required: "isPartial" was added',
  'GET /v1/audit responses 400 description: "`malformed`" became "`malformed`, `bad_cursor`"',
  'GET /v1/events parameters after: description was added',
  'GET /v1/events parameters after schema: maxLength was added',
  'GET /v1/events parameters after schema: maximum is gone',
  'GET /v1/events parameters after schema: minimum is gone',
  'GET /v1/events parameters after schema type: "integer" became "string"',
  'GET /v1/events responses 200 content application/json schema properties: isPartial was added',
  'GET /v1/events responses 200 content application/json schema properties next type: "integer" is gone',
  'GET /v1/events responses 200 content application/json schema properties next type: "string" was added',
  'GET /v1/events responses 200 content application/json schema properties: total was added',
  'GET /v1/events responses 200 content application/json schema required: "isPartial" was added',
  'GET /v1/events responses 400 description: "`malformed`" became "`malformed`, `bad_cursor`"',
  'GET /v1/mails parameters limit schema maximum: 50 became 200',
  'GET /v1/mails responses 200 content application/json schema properties: isPartial was added',
  'GET /v1/mails responses 200 content application/json schema properties: total was added',
  'GET /v1/mails responses 200 content application/json schema required: "isPartial" was added',
  'GET /v1/tokens parameters text description: "With `by=serial` any part of the serial number, with `by=user` any part of the  became "Words in any order. With `by=serial` each is any part of the serial number, wit',
  'GET /v1/tokens responses 200 content application/json schema properties: isPartial was added',
  'GET /v1/tokens responses 200 content application/json schema properties: total was added',
  'GET /v1/tokens responses 200 content application/json schema required: "isPartial" was added',
  'GET /v1/tokens responses 400 description: "`malformed`, `bad_query`, `bad_cursor`" became "`malformed`, `bad_cursor`"',
  'GET /v1/tokens summary: "List tokens, or find them by any part of the serial number or the user, or by t became "List tokens, or find them by words in the serial number, the label or the user.',
  'GET /v1/users parameters search description: "Any part of the name, the display name or the e-mail address. Accents, upper an became "Words in any order, each any part of the name, the display name or the e-mail a',
  'GET /v1/users responses 200 content application/json schema properties: isPartial was added',
  'GET /v1/users responses 200 content application/json schema properties: total was added',
  'GET /v1/users responses 200 content application/json schema required: "isPartial" was added',
  'GET /v1/users responses 400 description: "`malformed`" became "`malformed`, `bad_cursor`"',
  'GET /v1/users summary: "List users by name, or find them by any part of the name, the display name or t became "List users by name, or find them by words in the name, the display name or the',
];
const CHANGED: readonly string[] = [
  ...PAGES,
  'document tags: groups was added',
  ...replacesChanges('DELETE /v1/activations/{id}', `200 ${JSON_SCHEMA}`),
  ...replacesChanges('GET /v1/activations', `200 ${JSON_SCHEMA} properties activations items`),
  ...replacesChanges('GET /v1/activations/{id}', `200 ${JSON_SCHEMA}`),
  ...alertChanges('GET /v1/alerts', 'schema properties alerts items'),
  // The care of fobs.
  ...FOB_FIELDS.map(name => `${FOB} properties: ${name} was added`),
  ...FOB_FIELDS.map(name => `${FOB} required: "${name}" was added`),
  'GET /v1/fobs summary: "List the fobs that this service owns." became "List the fobs that this service owns, with what they told when they were last s',
  ...replacesChanges('GET /v1/users/{user}/activations', `200 ${JSON_SCHEMA} properties activations items`),
  ...replacesChanges('POST /v1/activations/{id}/resend', `201 ${JSON_SCHEMA} properties activation`),
  'POST /v1/activations/{id}/resend summary: "Send an activation again with a new code. The old code stops working." became "Replace an activation by one with a new code. The old code stops working."',
  ...alertChanges('POST /v1/alerts/{id}/acknowledge', 'schema'),
  'POST /v1/audit/rotate responses 409 description: "`audit_broken`" became "`audit_kept`, `audit_broken`"',
  ...['POST /v1/imports', 'POST /v1/imports/plan'].flatMap(route => {
    const properties = `${route} requestBody content application/json schema properties`;
    return [
      `${properties}: assumed was added`,
      ...FORMATS.map(format => `${properties} format enum: "${format}" was added`),
    ];
  }),
  'POST /v1/jobs requestBody content application/json schema properties: filter was added',
  ...['clock', 'require-pin'].map(
    kind =>
      `POST /v1/jobs requestBody content application/json schema properties kind enum: "${kind}" was added`,
  ),
  'POST /v1/jobs summary: "Start a job over many tokens." became "Start a job over many tokens or fobs."',
  shorterPeriods('POST /v1/policies'),
  'POST /v1/policies responses 400 description: "`malformed`, `bad_policy_name`, `bad_pin_digits`, `bad_kind`, `bad_algorithm`,  became "`malformed`, `bad_policy_name`, `bad_kind`, `bad_algorithm`, `bad_alphabet`, `b',
  shorterPeriods('POST /v1/tokens'),
  'POST /v1/tokens/{serial}/assign responses 409 description: "`bad_transition`, `disabled_user`, `reserved_for_another`, `too_many_tokens`" became "`disabled_user`, `bad_transition`, `reserved_for_another`, `too_many_tokens`"',
  'POST /v1/tokens/{serial}/reserve responses 409 description: "`bad_transition`, `disabled_user`, `too_many_tokens`" became "`disabled_user`, `bad_transition`, `too_many_tokens`"',
  `POST /v1/users/{user}/activations requestBody ${JSON_SCHEMA} properties: replaces was added`,
  ...replacesChanges('POST /v1/users/{user}/activations', `201 ${JSON_SCHEMA} properties activation`),
  'POST /v1/users/{user}/activations responses 409 description: "`disabled_user`, `not_enrolable`, `bad_transition`, `reserved_for_another`, `to became "`disabled_user`, `not_replaceable`, `not_enrolable`, `bad_transition`, `reserve',
  shorterPeriods('PUT /v1/policies/{name}'),
  'PUT /v1/policies/{name} responses 400 description: "`malformed`, `bad_policy_name`, `bad_pin_digits`, `bad_kind`, `bad_algorithm`,  became "`malformed`, `bad_kind`, `bad_algorithm`, `bad_alphabet`, `bad_digits`, `bad_pe',
];

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type Fields = { readonly [name: string]: Json };

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Characters of a value that a difference shows. */
const SHOWN_CHARACTERS = 80;
const shown = (text: string) => text.slice(0, SHOWN_CHARACTERS);
const inOrder = (one: string, other: string) => (one < other ? -1 : 1);

/** Returns the document with each reference replaced by its schema, names sorted, and without the list of schemas. */
function dereferenced(document: Fields): Fields {
  const { components, ...rest } = document;
  const { schemas, ...others } = components as Fields;
  const resolve = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(resolve);
    if (!isFields(value)) return value;
    const { $ref, ...beside } = value;
    const names = Object.keys(beside).sort(inOrder);
    const own = Object.fromEntries(names.map(name => [name, resolve(beside[name] ?? null)]));
    if (typeof $ref !== 'string') return own;
    const named = (schemas as Fields)[$ref.split('/').at(-1) ?? ''];
    if (named === undefined) throw new Error(`a reference to nothing: ${$ref}`);
    return { ...(resolve(named) as Fields), ...own };
  };
  return resolve({ ...rest, components: others }) as Fields;
}

/**
 * Keys an array by what distinguishes its entries: the name of a parameter or a tag, or the entry itself, so that
 * order does not count.
 */
function entriesOf(value: readonly Json[]): Fields {
  const nameOf = (entry: Json) =>
    isFields(entry) && typeof entry.name === 'string' ? entry.name : JSON.stringify(entry);
  return Object.fromEntries(value.map(entry => [nameOf(entry), entry]));
}

/** Returns the differences between two values, a sentence each: where, and what was added, removed or changed. */
function differences(before: Json, after: Json, where: string): string[] {
  if (Array.isArray(before) && Array.isArray(after))
    return differences(entriesOf(before), entriesOf(after), where);
  if (!isFields(before) || !isFields(after))
    return JSON.stringify(before) === JSON.stringify(after)
      ? []
      : [`${where}: ${shown(JSON.stringify(before))} became ${shown(JSON.stringify(after))}`];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap(name => {
    const [was, is] = [before[name], after[name]];
    // What a client may ask for besides, as the filter of a list, breaks none.
    if (was === undefined && where.endsWith(' parameters') && isFields(is) && is.required === false)
      return [];
    if (was === undefined) return [`${where}: ${shown(name)} was added`];
    if (is === undefined) return [`${where}: ${shown(name)} is gone`];
    return differences(was, is, `${where} ${name}`);
  });
}

/** Returns the operations of a document by method and path, and the rest of it. */
function parted({ paths, ...rest }: Fields): { readonly operations: Fields; readonly rest: Fields } {
  const operations = Object.entries(paths as Fields).flatMap(([path, methods]) =>
    Object.entries(methods as Fields).map(([method, one]) => [`${method.toUpperCase()} ${path}`, one]),
  );
  return { operations: Object.fromEntries(operations), rest };
}

it('the OpenAPI document equals the older one except for the routes and changes listed here', async () => {
  await using rig = new Rig();
  const service = await rig.start({ background: false, version: '0.2.0' });
  const { port } = new URL(service.url);
  const text = await (await fetch(`${service.url}/v1/openapi.json`)).text();
  const read = (json: string) => parted(dereferenced(JSON.parse(json) as Fields));
  const before = read(Buffer.from(fixture('openapi.json')).toString('utf8'));
  const after = read(text.replaceAll(`passfob-operator-${port}`, 'session'));
  const added = Object.keys(after.operations).filter(name => before.operations[name] === undefined);
  expect(added.sort(), 'Name the new operations in ADDED, at the top of this file.').toEqual(
    [...ADDED].sort(),
  );
  const kept = Object.fromEntries(Object.entries(after.operations).filter(([name]) => !added.includes(name)));
  const changed = [
    ...differences(before.rest, after.rest, 'document'),
    ...differences(before.operations, kept, ''),
  ].map(one => one.trim());
  const newCode = / properties code enum: "(\w+)" was added$/;
  const isNewCode = (one: string) => CODES.includes(newCode.exec(one)?.[1] ?? '');
  expect([...new Set(changed.filter(isNewCode).map(one => newCode.exec(one)?.[1]))].sort()).toEqual(CODES);
  expect(
    changed.filter(one => !isNewCode(one)).sort(),
    'Where clients of before go on as they did, add the lines to CHANGED above.',
  ).toEqual([...CHANGED].sort());
  expect(Object.keys(before.operations).length).toBeGreaterThan(90);
});

it('a changed parameter, value, field and response are each reported as a difference', () => {
  const operation = (schema: Json, name = 'user', status = '200') => ({
    parameters: [{ name, in: 'query', schema }],
    responses: { [status]: { description: 'Done.' } },
  });
  const before = operation({ type: 'string', enum: ['a', 'b'] });
  expect(differences(before, operation({ enum: ['b', 'a'], type: 'string' }), 'GET')).toEqual([]);
  expect(differences(before, operation({ type: 'string', enum: ['a', 'b', 'c'] }), 'GET')).toEqual([
    'GET parameters user schema enum: "c" was added',
  ]);
  expect(differences(before, operation({ type: 'string' }, 'user', '201'), 'GET')).toEqual([
    'GET parameters user schema: enum is gone',
    'GET responses: 200 is gone',
    'GET responses: 201 was added',
  ]);
  expect(differences(before, { ...before, summary: 1 }, 'GET')).toEqual(['GET: summary was added']);
});
