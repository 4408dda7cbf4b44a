import { acceptedAnswer } from '@passfob/service/doors/api/kit/application';
import { answerPush } from '@passfob/service/features/push/delivery';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { askFor, ocraToken, rightAnswer, send } from '../challenges/http-kit.ts';
import { add, apiKeyOf, codeNow, newToken, post, Rig } from '../kit.ts';
import { send as sendPush } from '../push/http-kit.ts';
import { PushFob, SESSION } from '../push/kit.ts';
import { Office } from '../users/kit.ts';

const isDescribed = new Ajv2020().compile(acceptedAnswer.schema);

/** Returns an application's response to a log-in, checked against the description. */
async function told(answer: Promise<Response>): Promise<unknown> {
  const response = await answer;
  const body: unknown = await response.json();
  expect([response.status, isDescribed(body), isDescribed.errors]).toEqual([200, true, null]);
  return body;
}

test('a log-in returns the canonical user name, however the name was typed', async () => {
  await using rig = new Rig();
  const service = await rig.start();
  const apiKey = apiKeyOf(service);
  for (const [user, ...typed] of [
    ['ada', 'ada', 'ADA', ' Ada ', '\uff41\uff44\uff41'],
    ['ada@example.org', 'Ada@Example.org'],
    ['jürgen "j" l', 'JU\u0308RGEN "J" L'],
  ] as const) {
    const token = await add(service, newToken({ user, serial: `for ${user}`.replaceAll(/[^\w]/g, '-') }));
    for (const name of typed) {
      rig.clock.nowMs += 60_000;
      const body = { user: name, passcode: codeNow(token, rig.clock.nowMs) };
      const same = { 'idempotency-key': 'a-form-that-is-sent-twice' };
      for (const answer of [post(service, apiKey, body, same), post(service, apiKey, body, same)])
        expect(await told(answer)).toEqual({ accepted: true, user });
    }
  }
});

test('a push and an answered question return the canonical user name', async () => {
  await using rig = new Rig();
  const service = await rig.start();
  const apiKey = apiKeyOf(service);
  await using office = await Office.beside(rig);
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const push = (path: string, body: object) => sendPush(service.url, apiKey, path, body);
  const { id } = (await (await push('', { user: 'ADA', session: SESSION })).json()) as { id: string };
  const { question, ...shown } = await fob.show();
  expect(await answerPush(office.management, shown, fob.answer(question))).toBe(true);
  expect(await told(push(`/${id}/take`, { session: SESSION }))).toEqual({ accepted: true, user: 'ada' });

  const token = await add(service, ocraToken({ user: 'eve', serial: 'OCRA-1' }));
  const { path, body } = rightAnswer(token, await askFor(service.url, apiKey, 'EVE'));
  expect(await told(send(service.url, apiKey, path, body))).toEqual({ accepted: true, user: 'eve' });
});
