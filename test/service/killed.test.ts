import { apiRoutes } from '@passfob/service/http/api/routes';
import { makeTemporaryCode } from '@passfob/service/subjects/tokens/codes/temporary-codes';
import { expect, test } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { MailReceiver } from './alerts/receivers.ts';
import { type Answer, Bureau, pathOf } from './api/kit.ts';
import { madeId, onMail, prepare, steps } from './api/steps.ts';
import { askFor, ocraToken, rightAnswer } from './challenges/http-kit.ts';
import { SESSION } from './challenges/kit.ts';
import { killedAtEachWrite } from './kit/killed.ts';
import { add, apiKeyOf, codeAt, codeNow, newToken } from './kit.ts';
import { PushFob } from './push/kit.ts';

/** Acts that only read. */
const READING = ['imports.plan', 'audit.verify'];

const isExport = ({ name }: { readonly name: string }) => name.endsWith('.export');

test('an act killed before any of its writes has done nothing, and is done when asked for again', async () => {
  const { bureau, key } = await prepare();
  await using scope = bureau;
  await using server = await new MailReceiver().listen();
  const reading: string[] = [];
  let id = '';
  for (const step of [...steps.filter(step => !isExport(step)), ...onMail(server.port)]) {
    const route = apiRoutes.find(({ name }) => name === step.name) ?? expect.fail(step.name);
    const path = pathOf(route.path, { id, ...step.at });
    const { kills, changed } = await killedAtEachWrite(scope.office.store.db, async () => {
      // No rate limit is reached.
      scope.rig.clock.nowMs += 20;
      const answer = await scope.ask(route.method, path, key, step.body ?? route.example);
      id = madeId(answer) ?? id;
      return isDone(answer, route.status);
    });
    expect([step.name, changed]).toEqual([step.name, []]);
    if (kills === 0) reading.push(step.name);
  }
  expect(reading).toEqual(READING);
  expect((await scope.ask('POST', '/v1/audit/verify', key)).json).toMatchObject({ intact: true });
});

test('a list taken out and cut off before any of its writes stays in the audit', async () => {
  const { bureau, key } = await prepare();
  await using scope = bureau;
  for (const { name } of steps.filter(isExport)) {
    const { method, path } = apiRoutes.find(route => route.name === name) ?? expect.fail(name);
    let whole = 0;
    const { kills, changed } = await killedAtEachWrite(scope.office.store.db, async () => {
      // No rate limit is reached.
      scope.rig.clock.nowMs += 20;
      // A file that is cut off throws here.
      const cutOff = { status: 500, text: '' };
      const answer = await scope.ask(method, path, key, { format: 'csv' }).catch(() => cutOff);
      if (answer.text.includes('# rows: ')) whole++;
      return isDone(answer);
    });
    // The settings have the head of the audit.
    expect([name, kills > 2, changed, whole]).toEqual([name, true, ['audit', 'settings'], 1]);
  }
});

function isDone({ status, text }: Pick<Answer, 'status' | 'text'>, done = 200): boolean {
  if (status < 500) expect([status, text]).toEqual([done, text]);
  return status < 500;
}

type Ask = (path: string, body: object) => Promise<Answer>;

/** What an application sends: each is done once, and refused when it is sent again. */
const once: Readonly<Record<string, (bureau: Bureau, ask: Ask) => Promise<[path: string, body: object]>>> = {
  'TOTP passcode': async ({ service, rig }) => {
    const token = await add(service, newToken());
    return ['validate', { user: 'ada', passcode: codeNow(token, rig.clock.nowMs) }];
  },
  'HOTP passcode': async ({ service }) => {
    const token = await add(service, newToken({ kind: 'hotp' }));
    return ['validate', { user: 'ada', passcode: codeAt(token, 0) }];
  },
  'temporary passcode': async ({ service, office }) => {
    await add(service, newToken());
    const { code } = await office.do(makeTemporaryCode, { user: 'ada' });
    return ['validate', { user: 'ada', passcode: secret(code) }];
  },
  'answer to a question': async ({ service }) => {
    const token = await add(service, ocraToken());
    const question = await askFor(service.url, apiKeyOf(service), token.user);
    const { path, body } = rightAnswer(token, question);
    return [`challenges${path}`, body];
  },
  'approval by push': async ({ office }, ask) => {
    await office.users('ada');
    const fob = await PushFob.of(office, 'ada');
    const { json } = await ask('pushes', { user: 'ada', session: SESSION });
    await fob.approve();
    return [`pushes/${String(json.id)}/take`, { session: SESSION, waitMs: 0 }];
  },
};

test.each(Object.entries(once))(
  'one %s, the service killed before any of its writes: accepted once',
  async (_name, make) => {
    await using scope = await Bureau.open();
    const key = { authorization: `Bearer ${apiKeyOf(scope.service)}` };
    const ask: Ask = (path, body) => scope.ask('POST', `/v1/${path}`, key, body);
    const [path, body] = await make(scope, ask);
    let accepted: unknown;
    const { kills, changed } = await killedAtEachWrite(scope.office.store.db, async () => {
      const answer = await ask(path, body);
      accepted = answer.json.accepted;
      return isDone(answer);
    });
    expect([kills > 1, changed, accepted]).toEqual([true, [], true]);
    expect((await ask(path, body)).json.accepted).toBe(false);
  },
);
