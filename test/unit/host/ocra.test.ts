import { Hmac } from '@passfob/protocol/hmac';
import { ocra } from '@passfob/protocol/ocra';
import { hotp } from '@passfob/protocol/otp';
import { hostPrimitives } from 'passfob/client/primitives';
import { code } from 'passfob/commands/code';
import { enroll } from 'passfob/commands/enroll';
import { list } from 'passfob/commands/list';
import { rename } from 'passfob/commands/rename';
import { checkQuestion, respond } from 'passfob/commands/respond';
import { verify } from 'passfob/commands/verify';
import type { Enrolment } from 'passfob/enrol/enrolment';
import { readOcraSuite } from 'passfob/enrol/ocra';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from './kit/core-fob.ts';
import { failure } from './kit/failure.ts';
import { speaking } from './kit/old-firmware.ts';
import { seedOf } from './kit/seeds.ts';
import { atHand, forEveryCut, owned, pairedAt, workplace } from './kit/workplace.ts';

const COUNTS = 'OCRA-1:HOTP-SHA256-8:C-QN08';
const ocraSeed = (suite: string, label = 'bank') => seedOf({ suite: readOcraSuite(suite), label });
const asked = (question: string, more = {}) =>
  checkQuestion({ account: 'bank', question, service: 'Example Bank', user: 'alice', ...more });
const bytes = (text: string) => new TextEncoder().encode(text);

/** Returns the response by RFC 6287, computed here. */
function expected({ suite, secret: key }: Enrolment, question: string, counter = 0, pin = '') {
  if (suite === undefined) throw new Error('no suite');
  const hmac = new Hmac(hostPrimitives, suite.algorithm as 1 | 2 | 3, key);
  return ocra(hostPrimitives, hmac, suite, bytes(question), counter, bytes(pin), 0);
}

it('an OCRA account is enrolled, proved, listed by its suite and renamed like any other', async () => {
  const { owner, atFob } = await owned();
  const enrolled = await enroll(owner.context, atFob, ocraSeed(COUNTS));
  expect(enrolled.account).toMatchObject({ kind: 'ocra', suite: COUNTS, digits: 8, counter: 0 });
  const plain = await enroll(owner.context, atFob, ocraSeed('OCRA-1:HOTP-SHA1-10:QH64', 'plain'));
  expect(plain.account).not.toHaveProperty('counter');
  expect((await list(owner.context, atFob)).accounts).toEqual([enrolled.account, plain.account]);
  await rename(owner.context, atFob, 'bank', { label: 'savings' });
  const { accounts } = await verify(owner.context, atFob);
  expect(accounts.map(({ verdict }) => verdict)).toEqual(['proved', 'proved']);
});

it('an OCRA account gets the time first where its suite needs it', async () => {
  const { owner, atFob } = await owned({ toHost: speaking(1) });
  const { isClockSet } = await enroll(owner.context, atFob, ocraSeed('OCRA-1:HOTP-SHA1-6:QN08-T1M'));
  expect([isClockSet, (await list(owner.context, atFob)).clock]).toEqual([true, 'trusted']);
});

it('enrolment of an OCRA account can be cut off anywhere and repeated: one account, known and proved', async () => {
  const enrolment = ocraSeed(COUNTS);
  const cuts = await forEveryCut(
    owned,
    (owner, fob) => enroll(owner.context, fob, enrolment),
    async (owner, core) => {
      const before = await list(owner.context, await atHand(core));
      if (before.accounts.length === 0) await enroll(owner.context, await atHand(core), enrolment);
      const { accounts } = await verify(owner.context, await atHand(core));
      expect(accounts).toMatchObject([{ label: 'bank', verdict: 'proved' }]);
    },
  );
  // open, finish, info, putOcra and prove can each be lost in either direction.
  expect(cuts).toBe(10);
});

it('an OCRA account answers questions after an approval, counting where its suite counts', async () => {
  const { owner, atFob } = await owned();
  const counting = ocraSeed(COUNTS);
  await enroll(owner.context, atFob, counting);
  for (const counter of [0, 1]) {
    const result = await respond(owner.context, atFob, asked('00000000'));
    expect(result).toMatchObject({ code: expected(counting, '00000000', counter), counter });
  }
  const plain = ocraSeed('OCRA-1:HOTP-SHA1-6:QA08', 'plain');
  await enroll(owner.context, atFob, plain);
  const result = await respond(owner.context, atFob, asked('SIG10000', { account: 'plain', number: 7 }));
  expect(result.code).toBe(expected(plain, 'SIG10000'));
  expect(result).not.toHaveProperty('counter');
  expect(owner.reported.filter(({ event }) => event === 'press-needed')).toMatchObject([
    { purpose: 'respond', number: undefined },
    { purpose: 'respond', number: undefined },
    { purpose: 'respond', number: '07' },
  ]);
});

it('an OCRA account answers with the PIN that its suite requires, entered on the fob and nowhere else', async () => {
  const { fob, owner } = await owned();
  const pin = secret('5739');
  const symbols = [...pin, 'ok'];
  // A digit with each poll: the fob drops a question without polls.
  const isEntering = () => owner.reported.some(({ event }) => event === 'press-needed');
  const atFob = await atHand(fob, {
    toFob(frame) {
      const symbol = isEntering() ? symbols.shift() : undefined;
      if (symbol !== undefined) fob.take(symbol);
      return frame;
    },
  });
  const seed = ocraSeed('OCRA-1:HOTP-SHA1-8:QN08-PSHA1');
  await enroll(owner.context, atFob, seed);
  const { code: answer } = await respond(owner.context, atFob, asked('87654321'));
  expect(answer).toBe(expected(seed, '87654321', 0, pin));
  expect(symbols).toEqual([]);
});

it.each([
  ['OCRA-1:HOTP-SHA1-6:QN08', '1234567a', '8 digits'],
  ['OCRA-1:HOTP-SHA1-6:QH08', '1234567g', '8 hexadecimal digits'],
  ['OCRA-1:HOTP-SHA1-6:QN08', '1'.repeat(17), '8 digits'],
])('an OCRA account by %s refuses %s', async (suite, question, words) => {
  const { owner, atFob } = await owned();
  await enroll(owner.context, atFob, ocraSeed(suite));
  const error = await failure(respond(owner.context, atFob, asked(question)));
  expect(error).toMatchObject({ kind: 'bad-input', message: expect.stringContaining(words) });
  expect(owner.reported.map(({ event }) => event)).not.toContain('press-needed');
});

it('an OCRA account has no passcode without a question, and other accounts answer none', async () => {
  const { owner, atFob } = await owned();
  await enroll(owner.context, atFob, ocraSeed(COUNTS));
  await enroll(owner.context, atFob, seedOf());
  expect((await failure(code(owner.context, atFob, 'bank'))).next).toContain('passfob respond');
  const wrong = respond(owner.context, atFob, asked('12345678', { account: 'alice' }));
  expect((await failure(wrong)).next).toContain('passfob code');
});

it.each([
  ['denies', 'press-denied', (fob: CoreFob) => fob.deny()],
  ['reports it', 'press-reported', (fob: CoreFob) => fob.approve()],
] as const)('an OCRA account gives nothing when the person %s', async (_, refusal, answer) => {
  const fob = new CoreFob();
  const owner = workplace();
  const report = ({ event }: { event: string }) => {
    if (event !== 'press-needed') return;
    fob.deny();
    // After a denial the fob asks whether to report it.
    answer(fob);
  };
  const context = { ...owner.context, report };
  const atFob = await pairedAt(owner, fob);
  await enroll(context, atFob, ocraSeed(COUNTS));
  expect((await failure(respond(context, atFob, asked('12345678')))).refusal).toBe(refusal);
  expect((await list(context, atFob)).accounts).toMatchObject([{ counter: 0 }]);
});

it.each([
  ['hex', 1, 5],
  ['base32', 2, 8],
  ['base64', 3, 8],
] as const)('a passcode is written in %s', async (alphabet, number, digits) => {
  const { owner, atFob } = await owned();
  const seed = seedOf({ alphabet, digits });
  expect(await enroll(owner.context, atFob, seed)).toMatchObject({ account: { alphabet, digits } });
  const result = await code(owner.context, atFob, 'alice');
  expect(result.code).toBe(hotp(new Hmac(hostPrimitives, 1, seed.secret), 0, digits, number));
  expect((await verify(owner.context, atFob)).accounts).toMatchObject([{ verdict: 'proved' }]);
});
