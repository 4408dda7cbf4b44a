import { disableUser } from '@passfob/service/features/users/user-changes';
import { expect, test } from 'vitest';
import { type Answer, Bureau, type Shown } from '../api/kit.ts';
import { Visitor } from '../console/kit.ts';
import { apiKeyOf, codeNow } from '../kit.ts';
import { accepted, grace } from '../users/kit.ts';
import { PushFob, SESSION } from './kit.ts';
import { approve } from './scene.ts';

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
    await approve({ office }, fob);
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
  accepted(await disableUser(office.management, grace, 'ada'));
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
