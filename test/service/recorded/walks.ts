import type { ServedRoute } from '@passfob/service/http/web/served';
import { expect } from 'vitest';
import { type Furnished, seededUri, Visitor } from '../console/kit.ts';
import { insertIn } from '../kit/insert.ts';
import { codeAt, codeNow, keyOf, stepAt } from '../kit.ts';
import { PushFob } from '../push/kit.ts';
import { Person, signInTokenOf } from '../self-service/kit.ts';
import type { Office } from '../users/kit.ts';
import { NEXT_PIN, PIN } from './console-forms.ts';
import { type Fields, type FormCase, Recorder } from './forms.ts';
import { linesOf, type Recording } from './kit.ts';

/** The buttons of the console that have no page of their own, with their subjects: done, and refused. */
export async function buttons(office: Office): Promise<[string, Fields][]> {
  const [waiting] = await office.rows('fob_tasks', { state: 'waiting' }, 'id');
  const [paused] = await office.rows('jobs', {}, 'id');
  const job = { id: paused?.id ?? '' };
  return [
    ['/user/unlock', { user: 'ada' }],
    ['/user/enable', { user: 'gone' }],
    ['/user/caller', { user: 'bob' }],
    ['/token/reactivate', { serial: 'ADA-1' }],
    ['/token/reactivate', { serial: 'ADA-1' }],
    ['/fob/set-clock', { serial: 'PF-3' }],
    ['/fob/set-clock', { serial: 'NONE' }],
    ['/fob/found', { serial: 'PF-2' }],
    ['/fob/found', { serial: 'PF-2' }],
    ['/fob/task/cancel', { serial: 'PF-1', id: waiting?.id ?? '' }],
    ['/fob/task/cancel', { serial: 'PF-1', id: 'none' }],
    ['/alert/acknowledge', { id: '1' }],
    ['/alert/acknowledge', { id: '1' }],
    ...['/job/pause', '/job/resume', '/job/cancel', '/job/resume'].map((path): [string, Fields] => [
      path,
      job,
    ]),
    ['/job/pause', { id: 'none' }],
    ['/audit/verify', {}],
  ];
}

/** The forms about things that have no name in their address. */
export async function formsById(office: Office, visitor: Visitor): Promise<FormCase[]> {
  const idOf = async (table: 'applications' | 'api_keys', name: string) =>
    (await office.row(table, { name })).id;
  const [activation] = await office.rows('activations', {}, 'id');
  const vpn = { id: await idOf('applications', 'VPN <gateway>') };
  const own = { id: await idOf('applications', 'console') };
  const { text } = await visitor.get('/operator/channels');
  const log = { id: /channels\/syslog\?id=([^"]+)/.exec(text)?.[1] ?? '' };
  const acts = ['rotate', 'factors', 'disable', 'enable'].map(act => `/application/${act}`);
  return [
    ...acts.map(path => ({ path, at: vpn, ok: {} })),
    ...acts.map(path => ({ path, at: own, ok: {} })),
    { path: '/api-key/revoke', at: { id: await idOf('api_keys', 'ticket system') }, ok: {} },
    { path: '/channels/syslog', at: log, ok: { host: '127.0.0.1', port: '9', transport: 'udp' } },
    { path: '/channel/test', at: log, ok: {} },
    { path: '/channel/remove', at: log, ok: {} },
    { path: '/activation/resend', at: { id: activation?.id ?? '' }, ok: { delivery: 'shown' } },
    { path: '/activation/revoke', at: { id: activation?.id ?? '' }, ok: {} },
  ];
}

/** Records what an import shows: without a file, with an unreadable one, and with rows of every state. */
export async function recordImports(recorder: Recorder): Promise<void> {
  const uris = [seededUri('bob'), seededUri('nobody'), 'otpauth://totp/short?secret=AAAA'].join('\n');
  for (const content of [undefined, 'no rows', uris]) {
    const form = new FormData();
    for (const [name, value] of Object.entries({ password: '', userFrom: 'label' })) form.set(name, value);
    if (content !== undefined) form.set('file', new Blob([content]), 'tokens.csv');
    recorder.record.add('POST /operator/import', await recorder.send('/import', form));
  }
}

/** Records how operators sign in, prove who they are, and leave. */
export async function recordSignIn(recorder: Recorder, service: Furnished): Promise<void> {
  const { record } = recorder;
  const stranger = await Recorder.of(record, new Visitor(service), '/operator');
  await stranger.page('/users');
  await stranger.form({ path: '/sign-in', refused: [{ user: 'grace', password: 'wrong' }] });
  await stranger.page('/enter', { key: 'wrong' });
  await stranger.page('/enter', { key: keyOf(service) });
  await stranger.press('/enter', { key: 'wrong', act: 'enter' });
  await stranger.press('/enter', { key: keyOf(service), act: 'enter' });
  await recorder.page('/prove');
  await recorder.whole('/policies');
  await recorder.press('/prove', { password: 'wrong', passcode: '000000', to: '/operator/users' });
  await recorder.press('/leave');
}

/** Records the pages of a user who is signed in, and of one who is not. */
export async function recordSelfService(record: Recording, service: Furnished): Promise<void> {
  const { office, clock } = service;
  await office.users('ada');
  const [fob, account] = ['PF-9', '0badf00d'];
  const work = await office.token('ada', { serial: `${fob}-${account}`, label: 'work', issuer: 'ACME' });
  const loose = await office.token('ada', { serial: 'ADA-2', label: 'loose' });
  const { id: fob_id } = await office.fob(fob);
  await office.putOn(fob_id, work);
  await office.set('fobs', { pin: 'set', can_reset_pin: 1 }, { serial: fob });
  const names = { account, issuer: 'ACME', label: 'work' };
  const rest = { kind: 2, is_damaged: 0, seen_ms: office.nowMs, place: 0 } as const;
  await insertIn(office.store.db, 'fob_accounts', { fob_id, ...names, ...rest });
  const person = new Person(service);
  await person.enterWith(await signInTokenOf(office, 'ada'));
  await record.audited();
  const recorder = await Recorder.of(record, person, '/me');
  // A user may do only so much at once.
  recorder.pace = () => {
    clock.nowMs += 5000;
  };
  await recorder.whole('/resync');
  for (const path of ['', '/resync', '/pin', '/connect']) await recorder.page(path);
  await recorder.form({ path: '/name', at: { fob }, ok: { nickname: 'my fob' } });
  await recorder.form({ path: '/name', at: { fob: 'NONE' } });
  await recorder.form({ path: '/account', at: { fob, account }, ok: { label: 'door' } });
  await recorder.press('/clock', { fob });
  await recorder.press('/clock', { fob: 'NONE' });
  // Each takes the next passcode of the other token.
  const next = () => {
    clock.nowMs += 30_000;
    return codeNow(loose, clock.nowMs + 5000);
  };
  await recorder.press('/pin', { passcode: next(), newPin: PIN, again: PIN });
  for (const pin of ['000000', PIN])
    await recorder.press('/pin', { pin, passcode: next(), newPin: NEXT_PIN, again: NEXT_PIN });
  await recorder.press('/forgotten-pin', { fob, passcode: next() });
  await recorder.press('/test', { passcode: next(), attempt: 'a'.repeat(22) });
  await recorder.form({ path: '/pin', ok: { newPin: PIN, again: PIN }, refused: [{ again: '1' }] });
  await recorder.form({ path: '/forgotten-pin', at: { fob } });
  await recorder.press('/test', { passcode: '000000', attempt: 'b'.repeat(22) });
  const step = stepAt(loose, clock.nowMs) + 8;
  await recorder.form({
    path: '/resync',
    ok: { first: codeAt(loose, step), second: codeAt(loose, step + 1) },
  });
  await recorder.form({ path: '/another', at: { token: work.serial }, ok: {} });
  await recorder.form({ path: '/lost', at: { token: work.serial }, ok: {} });
  await recorder.page('');
  await recorder.press('/leave');
  const stranger = await Recorder.of(record, new Visitor(service), '/me');
  stranger.pace = recorder.pace;
  await stranger.page('');
  await stranger.form({ path: '/sign-in' });
  await stranger.page('/find');
  // Each answer takes a second.
  await stranger.press('/find', { user: 'ada', first: '000000', second: '000001' });
  await stranger.press('/enter', { ticket: 'wrong' });
  await recordAutosend(stranger, office);
}

/** Records the pages for everybody. */
export async function recordLogIn(record: Recording, service: Furnished): Promise<void> {
  const { office, clock } = service;
  await office.users('ada');
  const ada = await office.token('ada', { serial: 'ADA-1' });
  await office.token('pin', { serial: 'PIN-1', kind: 'hotp', pinPlace: 'service' });
  const recorder = await Recorder.of(record, new Visitor(service), '');
  recorder.pace = () => {
    clock.nowMs += 5000;
  };
  for (const path of ['/', '/help', '/addresses.json', '/addresses.txt', '/health', '/ready', '/nowhere'])
    await recorder.page(path);
  await recorder.form({ path: '/login' });
  for (const path of ['/login', '/activate']) await recorder.whole(path);
  const { text } = await recorder.visitor.get('/v1/docs');
  // Its rows are made from the same table as the OpenAPI document: some are enough.
  const lines = linesOf(text);
  const rows = lines.flatMap((line, nth) => (line.startsWith('<tr') ? [nth] : []));
  record.add('GET /v1/docs, its first rows', lines.slice(0, rows[4]));
  await recorder.press('/login', { user: 'ada', passcode: codeNow(ada, clock.nowMs + 5000) });
  const token = { newPin: '1', again: '2', user: 'pin', proof: 'none' };
  for (const changes of [{}, { again: '1' }, { newPin: PIN, again: PIN }])
    await recorder.press('/login/pin', { ...token, ...changes });
  await recordAutosend(await Recorder.of(record, new Visitor(service), '/login'), office);
}

async function recordAutosend(recorder: Recorder, office: Office): Promise<void> {
  const user = `push-${recorder.record.asked.size}`;
  await office.users(user);
  const fob = await PushFob.of(office, user);
  await recorder.press('/autosend', { user: '' });
  await recorder.press('/autosend', { user });
  const { text } = await recorder.page('/autosend');
  const id = /name="id" value="([^"]+)"/.exec(text)?.[1] ?? '';
  await recorder.press('/autosend/finish', { id });
  await fob.approve();
  await recorder.page('/autosend/state', { id });
  await recorder.press('/autosend/finish', { id });
  await recorder.press('/autosend', { user });
  await recorder.press('/autosend/cancel', { id });
}

/** The routes of pages without a record, each with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'GET /operator/stream': 'events without an end',
  'GET /carrier': 'a WebSocket',
  'GET /agent': 'a WebSocket',
  'GET /relay': 'a WebSocket',
  'POST /carrier/poll': 'messages of programs, which test/service/carrier records',
  'POST /agent/poll': 'messages of programs, which test/service/carrier records',
};

/** Fails where a page or a form below a path is in no record. */
export function expectPages(
  routes: readonly ServedRoute[],
  { asked }: Recording,
  home: '/operator' | '/me' | '',
): void {
  const isHere = (path: string) =>
    home === ''
      ? !/^\/(?:operator|me|v1|assets|metrics)\b/.test(path)
      : path === home || path.startsWith(`${home}/`);
  const pages = routes.filter(({ method, path }) => /^(?:GET|POST)$/.test(method) && isHere(path));
  const missing = pages
    .map(({ method, path }) => `${method} ${path}`)
    .filter(name => !asked.has(name) && !(name in LEFT_OUT));
  expect(missing).toEqual([]);
}
