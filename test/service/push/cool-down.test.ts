import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { challengeLimits } from '@passfob/service/base/limits/challenges';
import { pushLimits } from '@passfob/service/base/limits/push';
import { acceptedByTexts, pushOutcomes } from '@passfob/service/base/texts/push';
import { endPush } from '@passfob/service/subjects/push/delivery';
import { sweepPushes } from '@passfob/service/subjects/push/expiry';
import { toldAs } from '@passfob/service/subjects/push/rows';
import { makeWaiters } from '@passfob/service/subjects/push/waiters';
import { pushSuite, readPushSuite } from '@passfob/service/subjects/tokens/push-question';
import { disableUser } from '@passfob/service/subjects/users/acts';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { type Answer, Bureau, type Shown } from '../api/kit.ts';
import { Visitor } from '../console/kit.ts';
import { apiKeyOf, codeNow } from '../kit.ts';
import { accepted, grace } from '../users/kit.ts';
import { outcomes, PushFob, SESSION } from './kit.ts';
import { db, fob, management, office, openEachScene, type Scene, scene, withFob } from './scene.ts';

openEachScene();

test('when too many requests wait, the oldest of the source with the most end, and others continue', async () => {
  const push = await scene.ask('ada');
  const nobodys = await scene.ask('nobody');
  const askers = Array.from({ length: pushLimits.pushWaitsAtOnce + 20 }, () => new AbortController());
  let ended = 0;
  const waiting = askers.map(async ({ signal }) => {
    const outcome = await scene.take(nobodys, {
      waitMs: pushLimits.pushWaitMaxMs,
      signal,
      source: '198.51.100.66',
    });
    ended++;
    return outcome;
  });
  const own = scene.take(push, { waitMs: pushLimits.pushWaitMaxMs, source: '192.0.2.10' });
  await expect.poll(() => ended).toBe(21);
  await fob.approve();
  scene.announce();
  expect(await own).toBe('accepted');
  expect(ended).toBe(21);
  for (const asker of askers) asker.abort();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['waiting']));
});

test('undecided requests are recorded once, and deleted when they no longer cause a cool-down', async () => {
  const ids = async () => (await db.selectFrom('pushes').select('id').execute()).map(({ id }) => id);
  const unheeded = await scene.ask('ada');
  const nobodys = await scene.ask('nobody');
  const sweeps = async () => {
    await sweepPushes(db, office.nowMs);
    await sweepPushes(db, office.nowMs);
  };
  await sweeps();
  office.nowMs += pushLimits.pushMs;
  expect(await scene.take(nobodys)).toBe('push_expired');
  await sweeps();
  expect(await scene.take(unheeded)).toBe('push_expired');
  const approved = await scene.ask('ada');
  await fob.approve();
  office.nowMs += pushLimits.pushMs;
  await Promise.all([scene.take(approved), scene.take(approved), sweeps()]);
  const reported = await scene.ask('ada');
  await endPush(management, await fob.show(), 'reported');
  expect(await outcomes(office)).toEqual(['push_reported', 'push_expired', 'push_expired', 'unknown_user']);
  expect((await ids()).sort()).toEqual([unheeded, nobodys, approved, reported].map(({ id }) => id).sort());
  office.nowMs += pushLimits.pushesUnapprovedMs;
  await sweeps();
  expect(await ids()).toEqual([reported.id]);
  office.nowMs += pushLimits.pushReportedQuietMs - pushLimits.pushesUnapprovedMs;
  await sweeps();
  expect(await ids()).toEqual([]);
  expect(await scene.take(reported)).toBe('no_push');
});

test('one sweep handles any number of requests', async () => {
  const [asked, nobodys] = [await scene.ask('ada'), await scene.ask('nobody')];
  const many = pushLimits.pushesEndedAtOnce + 1;
  for (const { id } of [asked, nobodys]) {
    const row = await office.row('pushes', { id });
    for (let from = 0; from < many; from += 100) {
      const copies = Array.from({ length: Math.min(100, many - from) }, () => ({ ...row, id: randomUUID() }));
      await db.insertInto('pushes').values(copies).execute();
    }
  }
  office.nowMs += pushLimits.pushMs;
  await sweepPushes(db, office.nowMs);
  const undecided = db.selectFrom('pushes').select('fob_id').where('decided_ms', 'is', null);
  expect(await undecided.execute()).toEqual([]);
  expect((await outcomes(office)).filter(outcome => outcome === 'push_expired')).toHaveLength(many + 1);
  expect(await scene.take(asked)).toBe('push_expired');
  expect((await office.row('pushes', { id: asked.id })).fob_id).toBe(fob.id);
  office.nowMs += pushLimits.pushesUnapprovedMs;
  await sweepPushes(db, office.nowMs);
  expect(await db.selectFrom('pushes').select('id').execute()).toEqual([]);
});

test('a denial or report starts a cool-down and raises an alert; repeats count on it', async () => {
  const isAsked = async (source = '192.0.2.1') => await scene.isAsked({ source });
  const refuse = async (to: 'denied' | 'reported', source?: string) => {
    expect(await isAsked(source)).toBe(true);
    expect(await endPush(management, await fob.show(), to)).toBe(true);
  };
  for (const [to, quietMs] of [
    ['denied', 60_000],
    ['reported', 15 * 60_000],
  ] as const) {
    await refuse(to);
    office.nowMs += quietMs - 1;
    expect(await isAsked()).toBe(false);
    office.nowMs += 1;
  }
  await refuse('reported');
  office.nowMs += 15 * 60_000;
  await refuse('reported', secret('198.51.100.77'));
  office.nowMs += 15 * 60_000;
  await refuse('denied', secret('198.51.100.77'));
  const alerts = await db.selectFrom('alerts').selectAll().orderBy('id').execute();
  expect(alerts.map(({ kind, count, last_source }) => [kind, count, last_source])).toEqual([
    ['denied', 1, '192.0.2.1'],
    ['report', 2, '192.0.2.1'],
    ['report', 1, '198.51.100.77'],
    ['denied', 1, '198.51.100.77'],
  ]);
  expect(alerts.every(({ user_id, token_id }) => user_id !== null && token_id !== null)).toBe(true);
  const seen = await outcomes(office);
  expect(seen.filter(outcome => outcome === 'push_reported')).toHaveLength(3);
  expect(seen.filter(outcome => outcome === 'push_quiet')).toHaveLength(2);
});

test('a denial of a request that was withdrawn during the press still alerts and starts a cool-down, once', async () => {
  const takenBack: ((scene: Scene, push: { readonly id: string }) => unknown)[] = [
    (scene, { id }) => scene.pushes.withdraw({ id, session: SESSION, applicationId: scene.applicationId }),
    scene => scene.ask('ada'),
    ({ office }) => {
      office.nowMs += pushLimits.pushMs;
    },
  ];
  const refusals = [
    { to: 'denied', kind: 'denied' },
    { to: 'reported', kind: 'report' },
  ] as const;
  for (const [takeBack, { to, kind }] of takenBack.flatMap(back =>
    refusals.map(one => [back, one] as const),
  )) {
    const { scene, office, fob } = await withFob();
    await using _ = scene;
    const push = await scene.ask('ada');
    const shown = await fob.show();
    await takeBack(scene, push);
    const before = await scene.stateOf(push);
    for (let twice = 0; twice < 2; twice++) expect(await endPush(office.management, shown, to)).toBe(false);
    expect(await scene.stateOf(push)).toBe(before);
    expect(await office.store.db.selectFrom('alerts').select(['kind', 'count']).execute()).toEqual([
      { kind, count: 1 },
    ]);
    expect(await scene.isAsked()).toBe(false);
    expect((await outcomes(office)).filter(outcome => outcome === `push_${to}`)).toHaveLength(1);
  }
});

test('a request that ends early counts towards the cool-down as long as others, however often it is swept', async () => {
  const isAsked = async () => {
    const { id } = await scene.ask('ada', { isNumberless: true, untilMs: office.nowMs + 1 });
    return await scene.isForFob({ id });
  };
  for (let turn = 0; turn < pushLimits.pushesUnapproved; turn++) expect(await isAsked()).toBe(true);
  office.nowMs += pushLimits.pushesUnapprovedMs - 1;
  await sweepPushes(db, office.nowMs);
  expect(await isAsked()).toBe(false);
  office.nowMs += 1;
  await sweepPushes(db, office.nowMs);
  expect(await isAsked()).toBe(true);
  office.nowMs += pushLimits.pushesUnapprovedMs + 1;
  await sweepPushes(db, office.nowMs);
  expect(await db.selectFrom('pushes').select('id').execute()).toEqual([]);
});

test('a waiting redemption finds a decision that its node was not notified of', async () => {
  const deaf = { watch: () => () => undefined };
  const waits = makeWaiters(db, { ...deaf, announce: () => undefined, close: () => undefined });
  const { id } = await scene.ask('ada');
  const wait =
    waits.begin({ id, applicationId: scene.applicationId, source: '192.0.2.1' }) ??
    expect.fail('too many wait');
  const over = wait.until(600_000);
  await fob.approve();
  await over;
  wait.close();
});

/** Starts a service with `ada` and her fob, an application and operators. */
async function withApplication(bureau: Bureau) {
  const { office, service } = bureau;
  const shown = { authorization: `Bearer ${apiKeyOf(service)}` };
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const ask = (path: string, body: object, more: Shown = {}): Promise<Answer> =>
    bureau.ask('POST', path, { ...shown, ...more }, body);
  const press = async () => {
    const { json } = await ask('/v1/pushes', { user: 'ada', session: SESSION });
    await fob.approve();
    return (more?: Shown) => ask(`/v1/pushes/${String(json.id)}/take`, { session: SESSION }, more);
  };
  return { office, fob, ask, press };
}

test('the API distinguishes log-ins by push from log-ins by passcode, and both are accepted', async () => {
  await using bureau = await Bureau.open();
  const { office, fob, ask, press } = await withApplication(bureau);
  const passcode = codeNow(fob.token, office.nowMs);
  expect((await ask('/v1/validate', { user: 'ada', passcode })).status).toBe(200);
  const take = await press();
  const again = { 'idempotency-key': 'take-of-this-request-1' };
  // The repeated response is no log-in of its own.
  for (const status of [200, 200]) expect((await take(again)).status).toBe(status);
  expect((await take()).status).toBe(403);
  const late = await press();
  accepted(await disableUser(office.management, grace, { user: 'ada' }));
  expect((await late()).status).toBe(403);
  const key = await bureau.key('helpdesk');
  const list = async (query: string) => {
    const { json } = await bureau.ask('GET', `/v1/events?${query}`, key);
    return (json.events as { outcome: string; by: unknown }[]).map(({ outcome, by }) => [outcome, by]);
  };
  expect(await list('user=ada')).toEqual([
    ['disabled', null],
    ['no_push', null],
    ['accepted', 'push'],
    ['accepted', null],
  ]);
  expect(await list('outcome=accepted')).toEqual([
    ['accepted', 'push'],
    ['accepted', null],
  ]);
});

test('help desk sees on the user’s page, and every role on the first page, which log-ins were by push', async () => {
  await using bureau = await Bureau.open();
  const { office, fob, ask, press } = await withApplication(bureau);
  const visitor = new Visitor(bureau.service);
  await visitor.enter();
  const seen = async (path: string) => {
    const { status, text } = await visitor.get(path);
    expect(status).toBe(200);
    return [...text.matchAll(/<span class="badge good">(Accepted[^<]*)</g)].map(([, words]) => words);
  };
  expect(
    (await ask('/v1/validate', { user: 'ada', passcode: codeNow(fob.token, office.nowMs) })).status,
  ).toBe(200);
  for (const path of ['/operator', '/operator/user?user=ada']) expect(await seen(path)).toEqual(['Accepted']);
  const take = await press();
  expect((await take()).status).toBe(200);
  for (const path of ['/operator', '/operator/user?user=ada'])
    expect(await seen(path)).toEqual(['Accepted by push', 'Accepted']);
});

const document = readFileSync(new URL('../../../docs/push.md', import.meta.url), 'utf8');

test('docs/push.md names every state and the message to the session', () => {
  const rows = [...document.matchAll(/^\| (`[^|]+) \| [^|]+ \| ([^|]+) \|$/gm)].flatMap(
    ([, states = '', told = '']) =>
      [...states.matchAll(/`(\w+)`/g)].map(([, state = '']) => [state, told] as const),
  );
  const must = Object.entries(toldAs).map(([state, told]) => {
    if (told === undefined) return [state, 'waiting'];
    return [state, told === 'approved' ? 'accepted' : 'refused'];
  });
  const firstWords = rows.map(([state, told]) => [state, /^\w+/.exec(told)?.[0]]);
  expect(firstWords.sort()).toEqual(must.sort());
});

test('the numbers and texts in docs/push.md match the service', () => {
  const { pushDeniedQuietMs, pushReportedQuietMs, pushesUnapproved, pushesUnapprovedMs } = pushLimits;
  for (const stated of [
    `up to ${pushLimits.pushWaitMaxMs.toLocaleString('en')}`,
    `where ${pushLimits.pushWaitsAtOnce} wait on one node`,
    `${challengeLimits.challengeSessionMin} to ${challengeLimits.challengeSessionMax} characters`,
    `**${pushLimits.pushMs / 1000} seconds**`,
    `for ${pushDeniedQuietMs / 1000} seconds after they denied a request, and ${pushReportedQuietMs / 60_000} minutes after`,
    `after ${pushesUnapproved} requests in ${pushesUnapprovedMs / 60_000} minutes`,
    `${pushesUnapproved} from each trusted source`,
    `within the last ${pushLimits.pushFamiliarMs / 86_400_000} days`,
    `\`${pushSuite}\`, ${pushLimits.pushSecretBytes * 8} bits`,
    `is ${readPushSuite().questionLength * 4} bits of a SHA-256`,
    `*${acceptedByTexts.push}*`,
    ...Object.entries(pushOutcomes).flatMap(([outcome, text]) =>
      outcome === 'no_push' ? [] : [`*${text}*`],
    ),
  ])
    expect(document.replaceAll(/\s+/g, ' ')).toContain(stated);
});
