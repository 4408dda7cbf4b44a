import { randomUUID } from 'node:crypto';
import { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import { type Algorithm, SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import type { Alphabet } from '@passfob/service/base/kinds';
import { tokenLimits } from '@passfob/service/base/limits/tokens';
import { matchingSteps, type PasscodeFacts, passcodeAt, sameText } from '@passfob/service/base/passcode';
import { otplibAgrees } from '@passfob/service/base/second-opinion';
import { acceptedAnswer } from '@passfob/service/http/api/kit/application';
import { answerPush } from '@passfob/service/subjects/push/delivery';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { createGuardrails, generateSync } from 'otplib';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { askFor, ocraToken, rightAnswer, send } from '../challenges/http-kit.ts';
import { add, apiKeyOf, codeNow, NOON_MS, newToken, post } from '../kit.ts';
import { send as sendPush } from '../push/http-kit.ts';
import { PushFob, SESSION } from '../push/kit.ts';
import { testOfService as it, startedService } from '../users/kit.ts';

const isDescribed = new Ajv2020().compile(acceptedAnswer.schema);

/** Returns an application's response to a log-in, checked against the description. */
async function told(answer: Promise<Response>): Promise<unknown> {
  const response = await answer;
  const body: unknown = await response.json();
  expect([response.status, isDescribed(body), isDescribed.errors]).toEqual([200, true, null]);
  return body;
}

it('a log-in returns the canonical user name, however the name was typed', async service => {
  const apiKey = apiKeyOf(service);
  for (const [user, ...typed] of [
    ['ada', 'ada', 'ADA', ' Ada ', '\uff41\uff44\uff41'],
    ['ada@example.org', 'Ada@Example.org'],
    ['jürgen "j" l', 'JU\u0308RGEN "J" L'],
  ] as const) {
    const token = await add(service, newToken({ user, serial: `for ${user}`.replaceAll(/[^\w]/g, '-') }));
    for (const name of typed) {
      service.clock.nowMs += 60_000;
      const body = { user: name, passcode: codeNow(token, service.clock.nowMs) };
      const same = { 'idempotency-key': 'a-form-that-is-sent-twice' };
      for (const answer of [post(service, apiKey, body, same), post(service, apiKey, body, same)])
        expect(await told(answer)).toEqual({ accepted: true, user });
    }
  }
});

it('a push and an answered question return the canonical user name', async service => {
  const apiKey = apiKeyOf(service);
  await service.office.users('ada');
  const fob = await PushFob.of(service.office, 'ada');
  const push = (path: string, body: object) => sendPush(service.url, apiKey, path, body);
  const { id } = (await (await push('', { user: 'ADA', session: SESSION })).json()) as { id: string };
  const { question, ...shown } = await fob.show();
  expect(await answerPush(service.office.management, shown, fob.answer(question))).toBe(true);
  expect(await told(push(`/${id}/take`, { session: SESSION }))).toEqual({ accepted: true, user: 'ada' });

  const token = await add(service, ocraToken({ user: 'eve', serial: 'OCRA-1' }));
  const { path, body } = rightAnswer(token, await askFor(service.url, apiKey, 'EVE'));
  expect(await told(send(service.url, apiKey, path, body))).toEqual({ accepted: true, user: 'eve' });
});

const NUMBERS: Readonly<Record<Alphabet, number>> = { decimal: 0, hex: 1, base32: 2, base64: 3 };
const HASHES: Readonly<Record<'sha1' | 'sha256' | 'sha512', Algorithm>> = {
  sha1: SHA1,
  sha256: SHA256,
  sha512: SHA512,
};

const cases = fc.record({
  alphabet: fc.constantFrom<Alphabet>('decimal', 'hex', 'base32', 'base64'),
  algorithm: fc.constantFrom('sha1' as const, 'sha256' as const, 'sha512' as const),
  digits: fc.integer({ min: 6, max: 8 }),
  seed: fc.uint8Array({ minLength: 16, maxLength: 64 }),
  counter: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 2 ** 31, max: 2 ** 40 })),
});

/** Returns a passcode as a person might copy it: in groups, and in another case. */
function copied(passcode: string, lower: boolean): string {
  const grouped = `${passcode.slice(0, 3)} ${passcode.slice(3)}`;
  return lower ? grouped.toLowerCase() : grouped;
}

test('passcodes of the fob’s own code are accepted in every alphabet, in any case unless case matters', async () => {
  await using service = await startedService({ lock: { threshold: 0, periodMs: 1000 } });
  await fc.assert(
    fc.asyncProperty(cases, async ({ alphabet, algorithm, digits, seed, counter }) => {
      const user = randomUUID();
      const token = newToken({
        user,
        serial: user,
        kind: 'hotp',
        counter,
        algorithm,
        alphabet,
        digits,
        secret: secret(seed),
      });
      await service.office.token(user, token);
      const shown = (at: number) =>
        hotp(new Hmac(hostPrimitives, HASHES[algorithm], token.secret), at, digits, NUMBERS[alphabet]);
      const outcome = async (passcode: string) =>
        (await service.validate({ user, passcode, source: '::1' })).outcome;
      const first = shown(counter);
      const lower = copied(first, true);
      const isSame = lower.replace(' ', '') === first;
      const exactly = alphabet === 'base64' && !isSame;
      expect(await outcome(lower)).toBe(exactly ? 'wrong' : 'accepted');
      expect(await outcome(copied(shown(counter + 1), false))).toBe('accepted');
      expect(await outcome(copied(shown(counter + 1), false))).toBe('replay');
    }),
    { numRuns: 60 },
  );
  expect(service.clock.nowMs).toBe(NOON_MS);
});

const token = fc.record({
  seed: fc
    .uint8Array({ minLength: tokenLimits.secretMinBytes, maxLength: tokenLimits.secretMaxBytes })
    .map(secret),
  algorithm: fc.constantFrom('sha1' as const, 'sha256' as const, 'sha512' as const),
  digits: fc.constantFrom<6 | 7 | 8>(6, 7, 8),
  step: fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 2 ** 32 - 1, 2 ** 32, tokenLimits.counterMax)),
});

test('the passcodes used for verification equal those of unmodified otplib', () => {
  const guardrails = createGuardrails({
    MIN_SECRET_BYTES: tokenLimits.secretMinBytes,
    MAX_SECRET_BYTES: tokenLimits.secretMaxBytes,
    MAX_COUNTER: Number.MAX_SAFE_INTEGER,
  });
  fc.assert(
    fc.property(token, ({ seed, algorithm, digits, step }) => {
      const theirs = generateSync({
        strategy: 'hotp',
        secret: seed,
        algorithm,
        digits,
        counter: step,
        guardrails,
      });
      expect(passcodeAt({ algorithm, alphabet: 'decimal', digits }, seed, step)).toBe(theirs);
    }),
    { numRuns: 500 },
  );
});

const vectorSeed = (length: number) => secret(Buffer.from('1234567890'.repeat(7).slice(0, length)));

test('otplib contradicts any other passcode, and has no opinion on those of other alphabets', () => {
  const form = { algorithm: 'sha1', alphabet: 'decimal', digits: 6 } as const;
  expect(otplibAgrees(form, vectorSeed(20), { step: 0, passcode: '755225' })).toBe(false);
  expect(
    otplibAgrees({ ...form, alphabet: 'hex' }, vectorSeed(20), { step: 0, passcode: '755224' }),
  ).toBeUndefined();
});

test('a step that is no whole number from 0 to 2^53 - 1 has no passcode', () => {
  const form = { algorithm: 'sha1', alphabet: 'decimal', digits: 6 } as const;
  for (const step of [-1, 0.5, Number.NaN, 2 ** 53])
    expect(() => passcodeAt(form, vectorSeed(20), step)).toThrow(RangeError);
});

test('two texts are the same only if all their characters are', () => {
  const text = fc.string({ unit: fc.constantFrom('0', '1', '\u0000', 'é'), maxLength: 4 });
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(sameText(one, other)).toBe(one === other);
    }),
  );
});

test('matching stops at the first new step if one is enough, and otherwise lists all of them', () => {
  fc.assert(
    fc.property(token, fc.nat(12), ({ seed, algorithm, digits }, ahead) => {
      const facts: PasscodeFacts = {
        kind: 'hotp',
        algorithm,
        alphabet: 'decimal',
        digits,
        periodSeconds: null,
        lastStep: 7,
        driftSteps: 0,
        lookAhead: 10,
      };
      const shown = { passcode: passcodeAt(facts, seed, 8 + ahead), nowMs: 0 };
      const all = matchingSteps(facts, seed, { ...shown, isEnough: false });
      expect(all.includes(8 + ahead)).toBe(ahead < 10);
      expect(matchingSteps(facts, seed, { ...shown, isEnough: true })).toEqual(all.slice(0, 1));
    }),
    { numRuns: 100 },
  );
});
