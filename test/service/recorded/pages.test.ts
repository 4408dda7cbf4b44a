import { lists, pagedLists } from '@passfob/service/subjects/lists';
import { logIns } from '@passfob/service/subjects/validation/list';
import { test } from 'vitest';
import { furnished, Visitor } from '../console/kit.ts';
import { CALLER_CHECK, fillWorld, HOSTILE } from '../console/world.ts';
import { Rig } from '../kit.ts';
import { watchApp } from '../served.ts';
import { startedService } from '../users/kit.ts';
import { consoleForms, TYPED } from './console-forms.ts';
import { Recorder } from './forms.ts';
import { ascendingIds, compareGolden, jsonLines, Recording, settled } from './kit.ts';
import {
  buttons,
  expectPages,
  formsById,
  recordImports,
  recordLogIn,
  recordSelfService,
  recordSignIn,
} from './walks.ts';

const LISTS = [
  ...['', '/setup', '/users', '/tokens', '/activations', '/alerts', '/jobs', '/fobs', '/policies', '/groups'],
  ...['/applications', '/radius-clients', '/api-keys', '/operators', '/mails', '/mails/server', '/channels'],
  ...['/log-ins', '/audit', '/settings', '/import'],
];

const OTHER_EXPORTS = [...lists, ...pagedLists.filter(list => list !== logIns)].map(
  ({ page }) => `${page.at}/export`,
);

const DETAILS = [
  ...['ada', 'bob', 'gone', 'pia', HOSTILE, 'nobody'].map(user => ['/user', { user }] as const),
  ...['ADA-1', 'BOB-1', 'INV-2', 'NONE'].map(serial => ['/token', { serial }] as const),
  ...['PF-1', 'PF-2', 'PF-3', 'NONE'].map(serial => ['/fob', { serial }] as const),
  ['/user/caller', { user: 'pia', id: CALLER_CHECK }],
  ...['clock', 'battery'].map(show => ['/fobs', { show }] as const),
  ['/log-ins', { user: 'ada', outcome: 'accepted' }],
  ['/log-ins', { outcome: 'none', fromMs: '2026-02-30' }],
  ['/log-ins/export', { outcome: 'accepted', fromMs: '2026-01-31' }],
  ...OTHER_EXPORTS.map(path => [path, {}] as const),
] as const;

test('the console of a new service shows what the record says', async () => {
  using _ = ascendingIds();
  await using service = await startedService();
  const visitor = new Visitor(service);
  await visitor.enter();
  const recorder = await Recorder.of(new Recording(service.office), visitor, '/operator');
  for (const path of LISTS) await recorder.page(path);
  await service.office.users('ada');
  for (const path of ['/bulk', '/user/activate']) await recorder.page(path, { user: 'ada' });
  recorder.record.compare('console-empty.txt');
});

test('the pages and forms of the console show and do what the record says', async () => {
  using _ = ascendingIds();
  const { result, routes } = await watchApp(() => furnished(new Rig(), { background: false }));
  await using service = result;
  await fillWorld(service);
  const { office } = service;
  const record = new Recording(office);
  const recorder = await Recorder.of(record, await service.signedIn('admin'), '/operator');
  await record.audited();
  for (const path of LISTS) await recorder.page(path);
  for (const [path, at] of DETAILS) await recorder.page(path, at);
  for (const { id } of await office.rows('jobs', {}, 'id')) await recorder.page('/job', { id });
  await recorder.press('/log-ins/export', { format: 'jsonl', outcome: 'accepted' });
  // What they write, test/service/lists has.
  for (const path of OTHER_EXPORTS) await recorder.press(path, { format: '' });
  for (const [path, fields] of await buttons(office)) await recorder.press(path, fields);
  for (const one of await formsById(office, recorder.visitor)) await recorder.form(one);
  for (const cases of Object.values(consoleForms)) for (const one of cases) await recorder.form(one);
  await recordImports(recorder);
  await recordSignIn(recorder, service);
  record.compare('console.txt', TYPED);
  expectPages(routes, record, '/operator');
});

test('self-service shows and does what the record says', async () => {
  using _ = ascendingIds();
  const { result, routes } = await watchApp(() => furnished(new Rig(), { background: false }));
  await using service = result;
  const record = new Recording(service.office);
  await recordSelfService(record, service);
  record.compare('self-service.txt', TYPED);
  expectPages(routes, record, '/me');
});

test('log-in, activation and help show what the record says', async () => {
  using _ = ascendingIds();
  const { result, routes } = await watchApp(() => furnished(new Rig(), { background: false }));
  await using service = result;
  const record = new Recording(service.office);
  await recordLogIn(record, service);
  record.compare('log-in.txt', TYPED);
  expectPages(routes, record, '');
});

test('the OpenAPI document is the recorded one', async () => {
  await using service = await startedService({ version: '0.1.0' });
  const document: unknown = await (await fetch(`${service.url}/v1/openapi.json`)).json();
  compareGolden('openapi.txt', settled(`${jsonLines(document)}\n`));
});
