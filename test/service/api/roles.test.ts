import type { Role } from '@passfob/service/base/kinds';
import { accessLimits } from '@passfob/service/base/limits/access';
import { type Action, may, permissions } from '@passfob/service/base/permissions';
import { consoleTexts } from '@passfob/service/base/texts/console';
import { apiRoutes } from '@passfob/service/http/api/routes';
import type { ServedRoute } from '@passfob/service/http/web/served';
import { createApiKey } from '@passfob/service/subjects/api-keys/acts';
import { actsOf } from '@passfob/service/subjects/kit/list';
import { acts, lists, pagedLists } from '@passfob/service/subjects/lists';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { type Furnished, furnished } from '../console/kit.ts';
import { CALLER_CHECK, fillWorld } from '../console/world.ts';
import { stored } from '../kit/rows.ts';
import { apiKeyOf, Rig } from '../kit.ts';
import { watchApp } from '../served.ts';
import { allRoles, pathOf, type Shown } from './kit.ts';

/** A request that does an act or shows a page, as method and path, and what it needs. */
interface Way {
  readonly at: string;
  readonly permission: Action;
}

/** The requests of the console that are of no row. Its other pages need `read`. */
const plain: readonly (readonly [permission: Action, methods: string, paths: string])[] = [
  ['activation.ask', 'GET POST', '/user/ask-fob'],
  ['activation.resend', 'GET POST', '/activation/resend'],
  ['activation.revoke', 'GET POST', '/activation/revoke'],
  ['activation.start', 'GET POST', '/user/activate'],
  ['audit.read', 'GET', '/audit'],
  ['audit.verify', 'POST', '/audit/verify'],
  ['fob.clock', 'POST', '/fob/task/cancel'],
  ['job.run', 'GET POST', '/bulk /fobs/tasks'],
  ...[...lists, ...pagedLists].map(({ page }) => ['list.export', 'GET POST', `${page.at}/export`] as const),
  ['mail.open', 'GET POST', '/mail/open'],
  ['operator.change', 'GET', '/setup'],
  ['operator.change', 'GET POST', '/setup/admin'],
  ['settings.change', 'GET POST', '/settings/change /mails/server/change'],
  ['settings.change', 'GET POST', '/channels/mail /channels/webhook /channels/syslog'],
  ['token.assign', 'GET POST', '/user/assign'],
  ['token.import', 'GET POST', '/import'],
  ['token.issue', 'GET POST', '/tokens/issue'],
  ['token.repair-last-step', 'GET POST', '/tokens/repair-last-steps'],
  ['user.check-caller', 'POST', '/user/caller'],
];

const inConsole = ([permission, methods, paths]: (typeof plain)[number]) =>
  methods
    .split(' ')
    .flatMap(method => paths.split(' ').map(path => [`${method} /operator${path}`, permission] as const));

/** Returns every request that is stated: by the rows, by the routes of the API that are of no row, and above. */
function statedWays(routes: readonly ServedRoute[]): Way[] {
  const rows = [...acts, ...[...lists, ...pagedLists].flatMap(actsOf)];
  const pages = routes.filter(({ method, who, action }) => method === 'GET' && who === 'operator' && action);
  const stated = new Map<string, Action>([
    ...pages.map(({ path }) => [`GET ${path}`, 'read'] as const),
    ['GET /metrics', 'metrics.read'],
    ...apiRoutes.map(({ method, path, permission }) => [`${method} ${path}`, permission] as const),
    ...plain.flatMap(inConsole),
    ...rows.flatMap(({ row: { routes, form, permission } }) => [
      ...routes.map(({ at }) => [at, permission] as const),
      ...(form ? inConsole([permission, 'title' in form ? 'GET POST' : 'POST', form.at]) : []),
    ]),
  ]);
  return [...stated].map(([at, permission]) => ({ at, permission }));
}

/** Who asks. */
interface Caller {
  readonly headers: Shown;
  /** The role at each door; none where nobody is signed in. */
  readonly inApi?: Role;
  readonly inConsole?: Role;
  readonly isStale?: boolean;
  /** The session's token against other sites. */
  readonly csrf?: string;
}

const isOfConsole = ({ at }: Way) => at.includes(' /operator');

/** What the table of permissions says about a request. */
function expected(way: Way, { inApi, inConsole, isStale }: Caller): string {
  const role = isOfConsole(way) ? inConsole : inApi;
  if (role === undefined) return 'nobody';
  if (!may(role, way.permission)) return 'not allowed';
  return isStale && permissions[way.permission].dangerous ? 'prove' : 'let in';
}

/** Things that exist, so that a request which is let in wrongly does something. */
function subjectOf(path: string) {
  const serial = /\/fobs?\b/.test(path) ? 'PF-1' : 'BOB-1';
  return { user: 'ada', account: '00c0ffee', group: 'Sales', name: 'eight digits', id: '1', serial };
}

let service: Furnished;
let ways: readonly Way[];
/** The same as the server knows them. */
let served: readonly Way[];
const ofApi = () => ways.filter(way => !isOfConsole(way));

beforeAll(async () => {
  const { result, routes } = await watchApp(() => furnished(new Rig(), { background: false }));
  service = result;
  await fillWorld(service);
  ways = statedWays(routes);
  served = routes.flatMap(({ method, path, action: permission }) =>
    permission === undefined || method === 'HEAD' ? [] : [{ at: `${method} ${path}`, permission }],
  );
});

afterAll(() => service[Symbol.asyncDispose]());

async function keyOf(role: Role): Promise<Caller> {
  const { value } = await service.office.do(createApiKey, { name: `key of ${role}`, role });
  return { headers: { authorization: `Bearer ${secret(value)}`, origin: service.url }, inApi: role };
}

async function sessionOf(role: Role): Promise<Caller> {
  // The passcode of an earlier session is used up.
  service.clock.nowMs += 60_000;
  const visitor = await service.signedIn(role);
  const headers = { cookie: visitor.cookie, origin: service.url };
  return { headers, csrf: await visitor.csrf(), inApi: role, inConsole: role };
}

/** Sends a request about what exists; one that is to be refused by the API has a whole body, too. */
function ask(way: Way, caller: Caller): Promise<Response> {
  const { csrf = '', headers } = caller;
  const [method = '', path = ''] = way.at.split(' ');
  const place = service.url + pathOf(path, subjectOf(path));
  const init = { method, redirect: 'manual', headers } as const;
  const fields = new URLSearchParams({ ...subjectOf(path), csrf });
  const upload = new FormData();
  upload.set('csrf', csrf);
  if (isOfConsole(way) && method === 'GET') return fetch(`${place}?${fields}`, init);
  if (isOfConsole(way)) return fetch(place, { ...init, body: path.endsWith('/import') ? upload : fields });
  const token = { 'x-csrf-token': csrf };
  const example = apiRoutes.find(one => `${one.method} ${one.path}` === way.at)?.example;
  if (example === undefined || expected(way, caller) === 'let in')
    return fetch(place, { ...init, headers: { ...headers, ...token } });
  const typed = { ...headers, ...token, 'content-type': 'application/json' };
  return fetch(place, { ...init, headers: typed, body: JSON.stringify(example) });
}

/** Returns how a request was admitted: refused for its caller, or let in, whatever came of it. */
async function admission(way: Way, caller: Caller): Promise<string> {
  // Requests that are not let in are limited by their address.
  service.clock.nowMs += expected(way, caller) === 'nobody' ? 200 : 10;
  const answer = await ask(way, caller);
  const { status, headers } = answer;
  const text = await answer.text();
  if (status === 401) return 'nobody';
  if (headers.get('location')?.startsWith('/operator/prove?to=')) return 'prove';
  if (status !== 403) return status === 429 || status === 500 ? `${status}` : 'let in';
  if (isOfConsole(way))
    return text.includes(`<h1>${consoleTexts.notAllowed.title}`) ? 'not allowed' : 'forbidden';
  const { code } = JSON.parse(text) as { code: string };
  return { not_allowed: 'not allowed', proof_needed: 'prove' }[code] ?? code;
}

/** Sends requests, some at a time, and compares how they were admitted. */
async function admissions(asked: readonly Way[], caller: Caller, said = expected): Promise<void> {
  const found: Record<string, string> = {};
  const left = [...asked];
  const work = async () => {
    for (let way = left.shift(); way; way = left.shift()) found[way.at] = await admission(way, caller);
  };
  await Promise.all(Array.from({ length: 6 }, work));
  expect(found).toEqual(Object.fromEntries(asked.map(way => [way.at, said(way, caller)])));
}

/** Sends requests that are refused: they write nothing, also nothing into the audit. */
async function refusals(asked: readonly Way[], caller: Caller, said = expected): Promise<void> {
  const { db } = service.office.store;
  const before = await stored(db);
  await admissions(asked, caller, said);
  expect(await stored(db)).toEqual(before);
}

/** Sends requests as a caller, first those that are refused. */
async function everything(asked: readonly Way[], caller: Caller): Promise<void> {
  const isLetIn = (way: Way) => expected(way, caller) === 'let in';
  const refused = asked.filter(way => !isLetIn(way));
  await refusals(refused, caller);
  await admissions(asked.filter(isLetIn), caller);
}

test('every request that needs a permission has one by its row, its route of the API, or a line here', () => {
  const sorted = (some: readonly Way[]) => some.map(({ at, permission }) => `${at} ${permission}`).sort();
  expect(sorted(ways)).toEqual(sorted(served));
});

test('every permission guards a request of the API and one of the console, but for what is done elsewhere', () => {
  const unused = (some: readonly Way[]) =>
    Object.keys(permissions).filter(action => some.every(({ permission }) => permission !== action));
  expect(unused(ofApi())).toEqual(['mail.open']);
  // Bounces come from mail servers.
  const elsewhere = ['audit.rotate', 'metrics.read', 'mail.bounce'];
  expect(unused(ways.filter(isOfConsole))).toEqual(elsewhere);
});

test('help desk neither issues nor imports tokens, runs no jobs and does not read the audit', () => {
  for (const action of ['token.issue', 'token.import', 'job.run', 'audit.read'] as const)
    expect(may('helpdesk', action)).toBe(false);
});

test('pages offer each role what they offer to administrators, without what it may not do', async () => {
  const pages = ways.filter(way => way.permission === 'read' && isOfConsole(way));
  const more = ['/token?serial=ADA-1', '/token?serial=INV-1', '/user?user=gone', '/fob?serial=PF-2'];
  const paths = [
    ...pages.map(({ at }) => at.replace('GET ', '')).map(at => `${at}?${new URLSearchParams(subjectOf(at))}`),
    ...[...more, `/user/caller?user=pia&id=${CALLER_CHECK}`].map(at => `/operator${at}`),
  ];
  const offered = async (role: Role) => {
    const { headers } = await sessionOf(role);
    const seen = new Set<string>();
    for (const path of paths) {
      const text = await (await fetch(service.url + path, { headers })).text();
      for (const [, kind, to] of text.matchAll(/(href|action)="(\/operator[^"?]*)/g))
        seen.add(`${kind === 'href' ? 'GET' : 'POST'} ${to}`);
    }
    return ways.filter(({ at }) => seen.has(at));
  };
  const all = await offered('admin');
  expect(all.length).toBeGreaterThan(80);
  for (const role of ['helpdesk', 'auditor'] as const)
    expect(await offered(role)).toEqual(all.filter(({ permission }) => may(role, permission)));
});

test('who is not signed in, or shows an application’s key or a made-up one, is let in nowhere', async () => {
  const origin = service.url;
  const cookie = `passfob-operator-${new URL(origin).port}=pfs_guess`;
  for (const shown of [{}, { cookie }]) await refusals(ways, { headers: { origin, ...shown } });
  for (const key of [apiKeyOf(service), 'pfa_guess'])
    await refusals(ofApi(), { headers: { authorization: `Bearer ${key}` } });
});

test.each(allRoles)(
  'an API key lets %s do what rows permit, without a proof, and opens no page',
  async role => {
    const key = await keyOf(role);
    await everything(ofApi(), key);
    if (role === 'admin') await refusals(ways.filter(isOfConsole), key);
  },
);

test.each(allRoles)(
  'a session lets %s do what rows permit, dangerous acts with a fresh proof',
  async role => {
    const session = await sessionOf(role);
    await everything(ways, session);
    service.clock.nowMs += accessLimits.reauthenticationMs;
    const stale = { ...session, isStale: true };
    const dangerous = ways.filter(way => expected(way, stale) === 'prove');
    await refusals(dangerous, stale);
  },
);

test('no form, no button and no route does anything without the session’s own token, or from another site', async () => {
  const unsafe = ways.filter(({ at }) => !at.startsWith('GET '));
  const [other, admin] = [await sessionOf('admin'), await sessionOf('admin')];
  const foreign = { headers: { ...admin.headers, origin: 'https://evil.example' } };
  for (const wrong of [{ csrf: '' }, { csrf: other.csrf ?? '' }, foreign])
    await refusals(unsafe, { ...admin, ...wrong }, () => 'forbidden');
});
