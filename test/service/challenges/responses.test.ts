import { randomBytes } from 'node:crypto';
import { Hmac } from '@passfob/protocol/hmac';
import { ocra, ocraSuiteText } from '@passfob/protocol/ocra';
import type { Algorithm } from '@passfob/protocol/primitives';
import { ocraPasscode } from '@passfob/service/base/ocra';
import { isChecked, parseSuite, type Suite } from '@passfob/service/base/ocra-suite';
import { writing } from '@passfob/service/storage/database/database';
import type { AnswerRequest } from '@passfob/service/subjects/challenges/answering';
import type { Challenge } from '@passfob/service/subjects/challenges/create';
import { sweepChallenges } from '@passfob/service/subjects/challenges/sweep';
import { revokeToken } from '@passfob/service/subjects/tokens/acts';
import { resyncToken } from '@passfob/service/subjects/tokens/codes/resync';
import { makeTemporaryCode, temporaryCodeEnd } from '@passfob/service/subjects/tokens/codes/temporary-codes';
import { draftsOfFiles } from '@passfob/service/subjects/tokens/import/from-files';
import { draftsOfInventory } from '@passfob/service/subjects/tokens/import/from-inventory';
import { importItem } from '@passfob/service/subjects/tokens/import/import-item';
import type { ImportDraft } from '@passfob/service/subjects/tokens/import/items';
import { planImport, prepareImport } from '@passfob/service/subjects/tokens/import/plan';
import { issueToken, type NewToken } from '@passfob/service/subjects/tokens/issue';
import { disableUser } from '@passfob/service/subjects/users/acts';
import { resetPin } from '@passfob/service/subjects/users/credentials/acts';
import { makeEngine } from '@passfob/service/subjects/validation/engine';
import fc from 'fast-check';
import { hostPrimitives } from 'passfob/client/primitives';
import { describe, expect, it, test } from 'vitest';
import { broken, suiteByGrammar, suites } from '../../kit/ocra-suites.ts';
import { OCRA_PIN, OCRA_UTC, OCRA_VECTORS } from '../../kit/ocra-vectors.ts';
import { secret } from '../../kit/secrets.ts';
import { codeNow } from '../kit.ts';
import { accepted, givePin, grace, Office } from '../users/kit.ts';
import {
  COUNTED,
  db,
  fobAnswer,
  management,
  OTHER_SESSION,
  office,
  openEachScene,
  otherCode,
  Scene,
  SESSION,
  SUITE,
  scene,
  TIMED,
} from './kit.ts';

openEachScene();

const OPEN_MS = 60_000;

test('a new question for the same user ends the earlier one, also across sessions', async () => {
  const first = await scene.ask();
  const second = await scene.ask('ADA', OTHER_SESSION);
  expect(await scene.right(first)).toBe('no_challenge');
  expect(await scene.right(second, {}, { session: OTHER_SESSION })).toBe('accepted');
});

test('a right answer of the fob is accepted once, and activates the token', async () => {
  const challenge = await scene.ask();
  expect(challenge.question).toMatch(/^[0-9]{8}$/);
  expect(challenge.expiresMs).toBe(office.nowMs + OPEN_MS);
  const shown = fobAnswer(scene.token, challenge.question);
  expect(await scene.answer(challenge, ` ${shown.slice(0, 3)} ${shown.slice(3)}`)).toBe('accepted');
  expect(await scene.answer(challenge, shown)).toBe('no_challenge');
  expect(await scene.row()).toMatchObject({
    state: 'active',
    last_step: -1,
    last_used_ms: expect.any(Number),
  });
  const events = await db.selectFrom('events').selectAll().orderBy('id').execute();
  expect(events.map(({ outcome, token_id }) => [outcome, token_id !== null])).toEqual([
    ['accepted', true],
    ['no_challenge', true],
  ]);
});

test('a right answer of the fob ends the temporary code of its user', async () => {
  const { management, nowMs } = office;
  accepted(await makeTemporaryCode(management, grace, { user: 'ada' }));
  const { user_id } = await scene.row();
  const end = () => temporaryCodeEnd(management.db, user_id ?? '', nowMs);
  expect(await end()).toBeGreaterThan(nowMs);
  expect(await scene.right(await scene.ask())).toBe('accepted');
  expect(await end()).toBeUndefined();
});

test('an answer by another session, for another application or to an unknown question is refused and changes nothing', async () => {
  const challenge = await scene.ask();
  const shown = fobAnswer(scene.token, challenge.question);
  const others: Partial<AnswerRequest>[] = [
    { session: OTHER_SESSION },
    { applicationId: scene.otherApplicationId },
    { id: '00000000-0000-0000-0000-000000000000' },
    { id: '' },
  ];
  for (const changes of others) expect(await scene.answer(challenge, shown, changes)).toBe('no_challenge');
  expect(await scene.answer(challenge, shown)).toBe('accepted');
});

test('a question is open to its last millisecond, and expired after it', async () => {
  const [first, late] = [scene, office];
  const startMs = late.nowMs;
  const over = await first.ask();
  late.nowMs = startMs + OPEN_MS;
  expect(await first.answer(over, fobAnswer(first.token, over.question))).toBe('no_challenge');
  const open = await first.ask();
  late.nowMs = startMs + 2 * OPEN_MS - 1;
  expect(await first.answer(open, fobAnswer(first.token, open.question))).toBe('accepted');
});

test('three wrong answers end a question and count for lockout', async () => {
  const challenge = await scene.ask();
  const shown = fobAnswer(scene.token, challenge.question);
  for (let nth = 0; nth < 3; nth++) expect(await scene.answer(challenge, otherCode(shown))).toBe('wrong');
  expect(await scene.answer(challenge, shown)).toBe('no_challenge');
  scene.threshold = 3;
  expect(await scene.right(await scene.ask())).toBe('locked');
  office.nowMs += OPEN_MS;
  expect(await scene.right(await scene.ask())).toBe('accepted');
  expect(await db.selectFrom('users').select('failures').execute()).toEqual([{ failures: 0 }]);
});

test('a malformed answer, a disabled account and a revoked token are refused', async () => {
  const challenge = await scene.ask();
  const shown = fobAnswer(scene.token, challenge.question);
  expect(await scene.answer(challenge, 'no code')).toBe('malformed');
  expect(await scene.answer(challenge, `${shown}0`)).toBe('malformed');
  accepted(await revokeToken(management, grace, { serial: scene.token.serial, reason: 'lost' }));
  expect(await scene.answer(challenge, shown)).toBe('no_usable_token');
  accepted(await disableUser(management, grace, { user: 'ada' }));
  expect(await scene.answer(challenge, shown)).toBe('disabled');
});

test('answers need the password or PIN that the application requires', async () => {
  const password = await office.password('ada');
  const pin = secret('730519');
  accepted(await resetPin(management, grace, { user: 'ada' }));
  await givePin(management, 'ada', pin);
  const rows = [
    ['password_otp', {}, 'wrong_password'],
    ['password_otp', { password }, 'accepted'],
    ['pin_otp', {}, 'wrong_pin'],
    ['pin_otp', { pin }, 'accepted'],
  ] as const;
  for (const [factors, shown, outcome] of rows) {
    expect(await scene.right(await scene.ask(), {}, { factors, ...shown }), factors).toBe(outcome);
  }
});

test('an answer without a password proof does not reset password failures', async () => {
  scene.threshold = 3;
  await office.password('ada');
  const answer = async (changes: Partial<AnswerRequest>) => scene.right(await scene.ask(), {}, changes);
  for (let nth = 0; nth < 3; nth++) {
    expect(await answer({ factors: 'password_otp' })).toBe('wrong_password');
    expect(await answer({})).toBe(nth < 2 ? 'accepted' : 'locked');
  }
});

test('the counter moves to the accepted value within its window, and never back', async () => {
  await using scene = await Scene.open(COUNTED);
  const tries = [
    [0, 'accepted', 0],
    [0, 'wrong', 0],
    [10, 'accepted', 10],
    [10, 'wrong', 10],
    [9, 'wrong', 10],
    [21, 'wrong', 10],
    [11, 'accepted', 11],
  ] as const;
  for (const [counter, outcome, mark] of tries) {
    expect(await scene.right(await scene.ask(), { counter })).toBe(outcome);
    expect((await scene.row()).last_step).toBe(mark);
  }
});

test('a fob whose counter ran too far ahead is found by two answers to one question, which are then used up', async () => {
  await using scene = await Scene.open(COUNTED);
  scene.threshold = 3;
  const { serial } = scene.token;
  const { management } = scene.office;
  const question = '20260101';
  const answer = (counter: number, asked = question) => fobAnswer(scene.token, asked, { counter });
  const resync = (first: string, second: string, asked: string | undefined = question) =>
    resyncToken(management, grace, { serial, first, second, question: asked });
  const codeOf = async (result: ReturnType<typeof resync>) => {
    const { ok, ...rest } = await result;
    return ok ? 'done' : (rest as { refusal: { code: string } }).refusal.code;
  };
  const beyond = await scene.ask();
  expect(await scene.right(beyond, { counter: 200 })).toBe('wrong');
  for (const asked of ['', '2026010', '2026010x', '202601011'])
    expect(await codeOf(resync(answer(200), answer(201), asked))).toBe('bad_question');
  expect(await codeOf(resync(answer(201), answer(200)))).toBe('resync_failed');
  expect(await resync(answer(200), answer(201))).toMatchObject({ ok: true, value: { driftSteps: 0 } });
  expect((await scene.row()).last_step).toBe(201);
  // Both are used up, and the counter continues from there.
  expect(await codeOf(resync(answer(200), answer(201)))).toBe('resync_failed');
  const next = await scene.ask();
  expect(await scene.right(next, { counter: 201 })).toBe('wrong');
  expect(await scene.right(next, { counter: 202 })).toBe('accepted');
  expect(await codeOf(resync(answer(1203), answer(1204)))).toBe('resync_failed');
  expect(await codeOf(resync(answer(1202), answer(1203)))).toBe('done');
});

test('a suite with clock and counter finds the fob when both answers are a time step off', async () => {
  await using scene = await Scene.open('OCRA-1:HOTP-SHA256-8:C-QN08-T1M');
  const question = '20260101';
  const answer = (counter: number, minutes: number) =>
    fobAnswer(scene.token, question, { counter, nowMs: scene.office.nowMs + minutes * 60_000 });
  const resync = (first: string, second: string) =>
    resyncToken(scene.office.management, grace, { serial: scene.token.serial, first, second, question });
  expect(await resync(answer(50, -2), answer(51, 0))).toMatchObject({ ok: false });
  expect(await resync(answer(50, -1), answer(51, 0))).toMatchObject({ ok: true });
});

test('a fob’s clock may be off by one time step and no more', async () => {
  await using scene = await Scene.open(TIMED);
  for (const [minutes, outcome] of [
    [-2, 'wrong'],
    [-1, 'accepted'],
    [0, 'accepted'],
    [1, 'accepted'],
    [2, 'wrong'],
  ] as const) {
    const challenge = await scene.ask();
    const nowMs = scene.office.nowMs + minutes * 60_000;
    expect(await scene.right(challenge, { nowMs })).toBe(outcome);
  }
});

test('expired questions are deleted, and open ones stay', async () => {
  await scene.ask('nobody');
  office.nowMs += OPEN_MS - 1;
  const open = await scene.ask();
  await sweepChallenges(db, office.nowMs + 1);
  expect(await db.selectFrom('challenges').select('id').execute()).toEqual([{ id: open.id }]);
});

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
  expect((await scene.office.row('tokens', { serial: 'NEW' })).last_step).toBe(4);
});

const SESSIONS = [SESSION, OTHER_SESSION] as const;
const ATTEMPTS = 3;

/** One step: a session asks, a session answers question `at` with the passcode of question `shown`, or time passes. */
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const session = fc.constantFrom(...SESSIONS);
const step = fc.oneof(
  fc.record({ kind: fc.constant('ask' as const), user: fc.constantFrom('ada', 'bob', 'nobody'), session }),
  fc.record({ kind: fc.constant('answer' as const), at: fc.nat(4), shown: fc.nat(4), session }),
  fc
    .record({ kind: fc.constant('answer' as const), at: fc.nat(4), session })
    .map(one => ({ ...one, shown: one.at })),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 20_000, OPEN_MS - 1, OPEN_MS) }),
);

/** A question as the model knows it. */
interface Asked extends Challenge {
  readonly user: string;
  readonly session: string;
  isOver: boolean;
  misses: number;
}

/** The latest questions, and the expected results of their answers. */
class Model {
  readonly asked: Asked[] = [];

  ask(challenge: Challenge, user: string, session: string): void {
    for (const earlier of this.asked) if (earlier.user === user && user !== 'nobody') earlier.isOver = true;
    this.asked.push({ ...challenge, user, session, isOver: false, misses: 0 });
  }

  /** Tells whether an answer must be accepted. */
  answer(one: Asked, isRight: boolean, session: string, nowMs: number): boolean {
    const counts = !one.isOver && one.expiresMs > nowMs && one.session === session && one.user !== 'nobody';
    if (!counts) return false;
    if (!isRight) one.misses++;
    if (isRight || one.misses >= ATTEMPTS) one.isOver = true;
    return isRight;
  }
}

test('an approval of one session never logs in another one, in any order of steps', async () => {
  await office.users('bob');
  const tokens: Record<string, NewToken> = {
    ada: scene.token,
    bob: await office.token('bob', { kind: 'ocra', suite: scene.token.suite ?? '' }),
  };
  const passcodeOf = ({ user, question }: Asked) => fobAnswer(tokens[user] ?? scene.token, question);
  const run = async (steps: readonly Step[]) => {
    office.nowMs += OPEN_MS;
    const model = new Model();
    for (const one of steps)
      if (one.kind === 'wait') office.nowMs += one.ms;
      else if (one.kind === 'ask') model.ask(await scene.ask(one.user, one.session), one.user, one.session);
      else {
        const to = model.asked.at(-1 - one.at);
        const shown = model.asked.at(-1 - one.shown);
        if (to === undefined || shown === undefined) continue;
        const passcode = passcodeOf(shown);
        const isRight = passcode === passcodeOf(to);
        const must = model.answer(to, isRight, one.session, office.nowMs);
        const outcome = await scene.answer(to, passcode, { session: one.session });
        expect(outcome === 'accepted', outcome).toBe(must);
      }
  };
  const runs = fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30 }), run);
  await fc.assert(runs, { numRuns: 60 });
});

function suiteOf(text: string): Suite {
  const suite = parseSuite(text);
  if (suite === undefined) throw new Error(`no suite: ${text}`);
  return suite;
}

const KEY_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;

describe('RFC 6287 appendix C', () => {
  it.each(OCRA_VECTORS)('$suite over $question', ({ suite: text, question, counter, passcode }) => {
    const suite = suiteOf(text);
    const key = Buffer.from('1234567890'.repeat(7).slice(0, KEY_BYTES[suite.algorithm]));
    const step = Math.floor(OCRA_UTC / (suite.periodSeconds ?? 1));
    expect(ocraPasscode(suite, key, { question, counter, step, pin: OCRA_PIN })).toBe(passcode);
  });
});

const CHARACTERS = ['0123456789', ' !"#$%&@AZ[`az{~09', '0123456789abcdefABCDEF'] as const;
const asked = suites.chain(suite =>
  fc.record({
    suite: fc.constant(suite),
    question: fc
      .array(fc.constantFrom(...(CHARACTERS[suite.question] ?? '')), { minLength: 1, maxLength: 64 })
      .map(letters => letters.join('')),
  }),
);

it('the service agrees with the fob about every suite, question, counter, PIN and time', () => {
  const inputs = fc.record({
    counter: fc.maxSafeNat(),
    pin: fc.stringMatching(/^[0-9]{4,16}$/),
    utc: fc.integer({ min: 0, max: 0xffffffff }),
    key: fc.uint8Array({ minLength: 16, maxLength: 150 }),
  });
  fc.assert(
    fc.property(asked, inputs, ({ suite, question }, { counter, pin, utc, key }) => {
      const mine = suiteOf(ocraSuiteText(suite));
      const step = Math.floor(utc / (mine.periodSeconds ?? 1));
      const hmac = new Hmac(hostPrimitives, suite.algorithm as Algorithm, key);
      const bytes = (text: string) => new Uint8Array(Buffer.from(text));
      const fobs = ocra(hostPrimitives, hmac, suite, bytes(question), counter, bytes(pin), utc);
      expect(ocraPasscode(mine, key, { question, counter, step, pin })).toBe(fobs);
    }),
    { numRuns: 300 },
  );
});

it('the service reads exactly the suites that an independent reader reads', () => {
  const hashes = [null, 'sha1', 'sha256', 'sha512'];
  const written = suites.map(ocraSuiteText);
  const steps = ['0S', '59S', '60S', '59M', '60M', '48H', '49H', '1D', '01M'];
  fc.assert(
    fc.property(fc.oneof(written, broken(written)), text => {
      const read = suiteByGrammar(text);
      expect(parseSuite(text)).toEqual(
        read && {
          text,
          algorithm: hashes[read.algorithm],
          digits: read.digits,
          isCounted: read.inputs % 2 === 1,
          format: 'NAH'.charAt(read.question),
          questionLength: read.length,
          pinHash: hashes[(read.inputs >> 1) & 3],
          periodSeconds: read.inputs < 8 ? null : read.step * 60 ** ((read.inputs >> 3) - 1),
        },
      );
    }),
    { numRuns: 2_000, examples: steps.map(step => [`OCRA-1:HOTP-SHA1-6:QN08-T${step}`]) },
  );
});

it('suites with an unknown PIN or a guessable answer are refused', () => {
  const checked = (rest: string) => isChecked(parseSuite(`OCRA-1:HOTP-SHA1-${rest}`));
  expect(checked('6:QN08')).toBe(true);
  expect(checked('10:C-QH64-T1M')).toBe(true);
  expect(checked('5:QN08')).toBe(false);
  expect(checked('6:QN05')).toBe(false);
  expect(checked('6:QN08-PSHA1')).toBe(false);
  expect(checked('6:QN08-S064')).toBe(false);
});

const PIN_SUITE = 'OCRA-1:HOTP-SHA1-6:QN08-PSHA1';
const LONG = 'OCRA-1:HOTP-SHA256-10:QH10-T30S';

/** Imports every row that can be imported, and returns the tokens by serial number. */
async function take(office: Office, drafts: readonly ImportDraft[]) {
  const { db, keys } = office.management;
  const { items } = await prepareImport(db, keys, drafts);
  for (const { item } of items)
    await writing(db, transaction =>
      importItem({ db: transaction, keys, actor: grace, atMs: office.nowMs }, item),
    );
  return db.selectFrom('tokens').selectAll().orderBy('serial').execute();
}

function account(number: number, suite: string, digits: number) {
  return {
    account_id: `0000000${number}`,
    state: 'active' as const,
    kind: 3,
    algorithm: suite.includes('SHA256') ? 2 : 1,
    digits,
    period: 0,
    issuer: 'ACME',
    label: 'ada',
    created_ms: 1,
    suite,
    next_issuer: null,
    next_label: null,
    key: Buffer.from(secret(new Uint8Array(randomBytes(20)))).toString('base64'),
  };
}

test('inventory accounts that answer questions become tokens, except those with a PIN', async () => {
  await using office = await Office.open();
  const text = () => Buffer.from(secret(new Uint8Array(randomBytes(32)))).toString('base64');
  const fob = {
    pairing: {
      serial: 'abcde',
      state: 'confirmed' as const,
      board: 'pico',
      firmware: '1.2.3',
      created_ms: 1,
      confirmed_ms: 2,
      erased_ms: null,
      escrowed_ms: null,
      holder: 'ada',
    },
    secrets: { device_secret: text(), pairing_key: text(), recovery_key: text() },
    accounts: [account(1, SUITE, 6), account(2, COUNTED, 8), account(3, PIN_SUITE, 6), account(4, LONG, 10)],
    clocks: [],
  };
  const drafts = draftsOfInventory({ version: 1, fobs: [fob], history: [] }, 'holder');
  const { db, keys } = office.management;
  const plan = await planImport(db, keys, drafts);
  expect(plan.rows.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'skipped', 'ok']);
  expect(plan.rows.map(({ warnings }) => warnings.length)).toEqual([0, 0, 1, 0, 0]);
  expect(await take(office, drafts)).toMatchObject([
    { serial: 'abcde-00000001', kind: 'ocra', suite: SUITE, algorithm: 'sha1', digits: 6, state: 'assigned' },
    { serial: 'abcde-00000002', suite: COUNTED, algorithm: 'sha256', digits: 8, last_step: -1 },
    { serial: 'abcde-00000004', suite: LONG, digits: 10, period_seconds: null },
  ]);
  expect((await planImport(db, keys, drafts)).counts).toMatchObject({ ok: 0, present: 4, skipped: 1 });
});

test('key URIs with an OCRA suite become tokens with the counter they name', async () => {
  await using office = await Office.open();
  const seed = secret('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJA');
  const uri = (suite: string, rest = '') => `otpauth://ocra/ACME:ada?secret=${seed}&suite=${suite}${rest}\n`;
  const bytes = Buffer.from(uri(COUNTED, '&counter=7') + uri(PIN_SUITE));
  const unasked = () => Promise.reject(new Error('not asked for'));
  const tools = { password: unasked, key: unasked };
  const files = [{ name: 'uris.txt', bytes }];
  const drafts = await draftsOfFiles(office.management.keys, files, tools, { userFrom: 'label' });
  expect(drafts.map(({ outcome }) => outcome.state)).toEqual(['ok', 'skipped']);
  expect(await take(office, drafts)).toMatchObject([{ kind: 'ocra', suite: COUNTED, last_step: 6 }]);
});
