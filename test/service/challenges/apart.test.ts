import { randomBytes } from 'node:crypto';
import { resyncToken } from '@passfob/service/features/tokens/codes/resync';
import { issueToken } from '@passfob/service/features/tokens/issue';
import { makeEngine } from '@passfob/service/features/validation/engine';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeNow } from '../kit.ts';
import { grace } from '../users/kit.ts';
import { COUNTED, fobAnswer, Scene, SUITE } from './kit.ts';

test('a token that answers questions logs nobody in by a passcode alone', async () => {
  for (const suite of [SUITE, COUNTED]) {
    await using scene = await Scene.open(suite);
    const engine = makeEngine(scene.validator);
    const decide = (passcode: string) =>
      engine.decide({
        user: 'ada',
        passcode,
        source: '192.0.2.1',
        applicationId: scene.applicationId,
        requestId: 'r',
      });
    const challenge = await scene.ask();
    const shown = fobAnswer(scene.token, challenge.question);
    expect(await decide(shown)).toBe('no_usable_token');
    expect(await scene.answer(challenge, shown)).toBe('accepted');
    expect(await decide(shown)).toBe('no_usable_token');
    const other = await scene.office.token('ada');
    expect(await decide(codeNow({ ...other, secret: scene.token.secret }, scene.office.nowMs))).toBe('wrong');
    expect(await decide(codeNow(other, scene.office.nowMs))).toBe('accepted');
    const { serial } = scene.token;
    const resynced = await resyncToken(scene.office.management, grace, {
      serial,
      first: '000000',
      second: '000001',
    });
    expect(resynced).toMatchObject({
      ok: false,
      refusal: { code: suite === COUNTED ? 'bad_question' : 'not_usable' },
    });
  }
});

test('a token takes algorithm and digits from its OCRA suite, which must be a supported one', async () => {
  await using scene = await Scene.open(COUNTED);
  expect(await scene.row()).toMatchObject({
    kind: 'ocra',
    suite: COUNTED,
    algorithm: 'sha256',
    digits: 8,
    period_seconds: null,
    last_step: -1,
  });
  const seed = secret(new Uint8Array(randomBytes(20)));
  const issue = (suite: string | undefined) =>
    issueToken(scene.office.management, grace, {
      serial: 'NEW',
      kind: 'ocra',
      secret: seed,
      counter: 5,
      ...(suite !== undefined && { suite }),
    });
  for (const suite of [undefined, '', 'OCRA-1:HOTP-SHA1-6:QN08-PSHA1', 'OCRA-1:HOTP-SHA1-4:QN08'])
    expect(await issue(suite)).toMatchObject({ ok: false, refusal: { code: 'bad_suite' } });
  expect(await issue(COUNTED)).toMatchObject({ ok: true, value: { kind: 'ocra', suite: COUNTED } });
  const { last_step } = await scene.office.store.db
    .selectFrom('tokens')
    .select('last_step')
    .where('serial', '=', 'NEW')
    .executeTakeFirstOrThrow();
  expect(last_step).toBe(4);
});
