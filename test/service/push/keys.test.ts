import { randomBytes } from 'node:crypto';
import { pushLimits } from '@passfob/service/base/limits/push';
import { answerPush } from '@passfob/service/features/push/delivery';
import {
  assignToken,
  reactivateToken,
  revokeToken,
  suspendToken,
  unassignToken,
} from '@passfob/service/features/tokens/moves';
import {
  freshPushSecret,
  isRightAnswer,
  provePushKey,
  pushAccountOf,
  pushSecretOf,
  readPushKey,
  storePushKey,
} from '@passfob/service/features/tokens/push-keys';
import { type PushBinding, questionOf, readPushSuite } from '@passfob/service/features/tokens/push-question';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { accepted, grace, Office } from '../users/kit.ts';
import { PushFob, putOn, rowOf } from './kit.ts';
import { Scene } from './scene.ts';

test('a fob’s push key is encrypted, stays as first created, and is used only once it was proved', async () => {
  await using scene = await Scene.open();
  const { office } = scene;
  const { management } = office;
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const key = await readPushKey(management.db, fob.id);
  if (key === undefined) throw new Error('no key');
  const kept = pushSecretOf(management.keys, key);
  expect(kept).toHaveLength(pushLimits.pushSecretBytes);
  expect(key.account).toBe(Buffer.from(pushAccountOf(fob.id)).toString('hex'));
  expect(pushAccountOf(fob.id)[0]).not.toBe(0);
  // The value cannot be decrypted in another fob's row.
  expect(pushSecretOf(management.keys, { ...key, fob_id: 'other' })).toBeUndefined();
  const again = await storePushKey(management, fob.id, secret(freshPushSecret(randomBytes(32))));
  expect(again).toEqual(key);
  expect(await provePushKey(management, key)).toBe(true);
  expect((await office.audit()).acts.filter(act => act.startsWith('fob.push-key'))).toHaveLength(1);
  await management.db.updateTable('push_keys').set({ proved_ms: null }).execute();
  expect((await rowOf(office, (await scene.ask('ada')).id)).fob_id).toBeNull();
});

test('a push secret combines randomness of both sides', () => {
  const chance = randomBytes(32);
  const made = [chance, chance, randomBytes(32)].map(one => secret(freshPushSecret(one)));
  expect(new Set(made.map(bytes => Buffer.from(bytes).toString('hex'))).size).toBe(3);
  expect(made.every(bytes => bytes.length === pushLimits.pushSecretBytes)).toBe(true);
});

test('the push key is destroyed with the last assigned token on the fob, and open requests can no longer be approved', async () => {
  await using scene = await Scene.open();
  const { office } = scene;
  const { management } = office;
  await office.users('ada', 'bob');
  const fob = await PushFob.of(office, 'ada');
  const { serial } = fob.token;
  const hasKey = async () => (await readPushKey(management.db, fob.id)) !== undefined;
  const second = await office.token('ada');
  await putOn(office, second, fob.id);
  accepted(await revokeToken(management, grace, { serial: second.serial, reason: 'faulty' }));
  expect(await hasKey()).toBe(true);
  accepted(await suspendToken(management, grace, { serial }));
  expect(await hasKey()).toBe(true);
  expect((await rowOf(office, (await scene.ask('ada')).id)).fob_id).toBeNull();
  accepted(await reactivateToken(management, grace, { serial }));
  const push = await scene.ask('ada');
  const shown = await fob.show();
  const right = fob.answer(shown.question);
  accepted(await suspendToken(management, grace, { serial }));
  accepted(await unassignToken(management, grace, { serial }));
  expect(await hasKey()).toBe(false);
  expect(await answerPush(management, shown, right)).toBe(false);
  expect(await scene.take(push)).toBe('waiting');
  expect(await storePushKey(management, fob.id, secret(freshPushSecret(randomBytes(32))))).toBeUndefined();
  accepted(await assignToken(management, grace, { serial, user: 'bob' }));
  const made = await storePushKey(management, fob.id, secret(freshPushSecret(randomBytes(32))));
  expect(made?.proved_ms).toBeNull();
  accepted(await revokeToken(management, grace, { serial, reason: 'lost' }));
  expect(await hasKey()).toBe(false);
  expect(made && (await provePushKey(management, made))).toBe(false);
});

test('with a push key that cannot be decrypted no answer is right', async () => {
  await using office = await Office.open();
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const key = await readPushKey(office.store.db, fob.id);
  if (key === undefined) throw new Error('no key');
  const question = '0'.repeat(readPushSuite().questionLength);
  const { keys } = office.management;
  expect(isRightAnswer(keys, key, question, fob.answer(question))).toBe(true);
  expect(isRightAnswer(keys, { ...key, key_id: 'gone' }, question, fob.answer(question))).toBe(false);
});

test('requests that differ in their number alone are two questions', () => {
  const texts = { id: 'a', sessionHash: 'b', userId: 'c', tokenId: 'd', applicationId: 'e', source: 'f' };
  const bound = { ...texts, kind: 'login', createdMs: 1 } as const;
  expect(questionOf({ ...bound, number: 7 })).not.toBe(questionOf({ ...bound, number: 8 }));
});

test('a push question uses the suite’s digits, and changes with every value it is bound to', () => {
  const text = fc.string({ maxLength: 12 });
  const bound: fc.Arbitrary<PushBinding> = fc.record({
    id: text,
    kind: fc.constantFrom('login' as const, 'caller' as const),
    sessionHash: text,
    userId: text,
    tokenId: text,
    applicationId: text,
    source: text,
    createdMs: fc.nat(),
    number: fc.nat(99),
  });
  fc.assert(
    fc.property(bound, bound, (one, other) => {
      expect(questionOf(one)).toMatch(/^[0-9a-f]{40}$/);
      for (const field of Object.keys(one) as (keyof PushBinding)[]) {
        const changed = { ...one, [field]: other[field] };
        expect(questionOf(changed) === questionOf(one), field).toBe(changed[field] === one[field]);
      }
      // Moving a character from one part to the next changes the question.
      const moved = { ...one, userId: `${one.userId}x` };
      const back = { ...one, tokenId: `x${one.tokenId}` };
      expect(questionOf(moved)).not.toBe(questionOf(back));
    }),
  );
});
