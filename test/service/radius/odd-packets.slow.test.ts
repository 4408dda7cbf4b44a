import { FairConcurrencyLimit } from '@passfob/service/base/fairness/concurrency-limit';
import type { Factors } from '@passfob/service/base/kinds';
import { validationLimits } from '@passfob/service/base/limits/validation';
import { makeDuplicateCache } from '@passfob/service/radius/duplicate-cache';
import { type Fate, makeHandler } from '@passfob/service/radius/handle';
import { type AwaitedStep, openState } from '@passfob/service/radius/states';
import { applicationNow } from '@passfob/service/subjects/applications/cache';
import type { KnownClient } from '@passfob/service/subjects/radius-clients/known-clients';
import { makeEngine } from '@passfob/service/subjects/validation/engine';
import { expect, test } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { secret } from '../../kit/secrets.ts';
import { outcomes, PushFob } from '../push/kit.ts';
import { Scene } from '../push/scene.ts';
import { hidden, makeRandomness, makeRequest, type Pair, readAnswer, type Sent } from './client.ts';

const SHARED = secret('shared by the gate and its service');
/** Passwords and PINs of one name are checked one after another, and only so many may wait. */
const AT_ONCE = validationLimits.slowChecksOfOne;
const [USER, PASSWORD, STATE, PROXY_STATE, MESSAGE_AUTHENTICATOR] = [1, 2, 24, 33, 80];
const [REJECT, CHALLENGE] = [3, 11];
/** Results of a correctly signed packet without a response. */
const DROPPED: readonly Fate[] = ['malformed', 'proxy_state', 'unsupported'];

type Chance = ReturnType<typeof makeRandomness>;

/**
 * Opens a service's handler for one client, with a user who has fobs of all alphabets, and the results of its
 * packets.
 */
async function gate(scene: Scene, factors: Factors) {
  const { office, applicationId: id } = scene;
  await PushFob.of(office, 'ada', { digits: 8 });
  await office.token('ada', { alphabet: 'hex', digits: 8 });
  await office.token('ada', { alphabet: 'base64', digits: 7 });
  const standing = (await applicationNow(office.store.db, id))?.standing;
  if (standing === undefined) throw new Error('no application');
  const application = { id, name: 'one', factors, standing };
  const client: KnownClient = {
    id: 'gate',
    name: 'gate',
    secret: Buffer.from(SHARED),
    push: 'challenge',
    application,
  };
  const fates = new Map<Fate, number>();
  const { decide } = makeEngine(scene.validator);
  const handle = makeHandler({
    management: office.management,
    clients: { find: async () => client, forget: () => undefined },
    decide,
    pushes: scene.pushes,
    closing: new AbortController().signal,
    held: new FairConcurrencyLimit([{ most: 0 }]),
    answers: makeDuplicateCache(() => performance.now()),
    told: fate => fates.set(fate, (fates.get(fate) ?? 0) + 1),
  });
  const ask = ({ bytes }: Sent) => handle(bytes, { address: '192.0.2.1', port: 1 });
  return { ask, fates };
}

const awaited: readonly AwaitedStep[] = [
  { kind: 'log_in' },
  { kind: 'new_pin', proof: '' },
  { kind: 'same_pin', mac: 'x'.repeat(43), proof: '' },
  { kind: 'next_code', userId: 'nobody', first: '755224' },
  { kind: 'press', id: 'no such id', session: 'none', number: 7, expiresMs: 0 },
];

/** Returns typed text: passcodes with other text before, between and after them, no passcode, or nothing. */
function field({ below, oneOf, bytes }: Chance): Buffer {
  const part = () =>
    oneOf<string | Buffer>([
      ...[
        '',
        ' ',
        '-',
        '\u2212',
        '\u3000',
        ',',
        '\0',
        '7301',
        '12345678',
        '１２３４５６７８',
        'a1b2c3d4',
        'aB+/xY9',
      ],
      ...['\ud83d\udd11', '\u0301', '\ufeff', 'pass word', '9'.repeat(40), bytes(12)],
    ]);
  const parts = Array.from({ length: below(5) }, () => Buffer.from(part()));
  return Buffer.concat(parts).subarray(0, 128);
}

async function oddPacket(chance: Chance, { office }: Scene): Promise<Sent> {
  const { below, oneOf, bytes } = chance;
  const rarely = () => below(8) === 0;
  const authenticator = Buffer.from(Array.from({ length: 16 }, () => below(256)));
  const user = () =>
    oneOf<string | Buffer>(['ada', 'ada', 'ADA ', 'nobody', '', 'a'.repeat(253), 'a\0b', bytes(20)]);
  const typed = () => hidden(field(chance), SHARED, authenticator);
  const named = user();
  const open = () => openState(office.management, { clientId: 'gate', user: `${named}` }, oneOf(awaited));
  const state = async () => (rarely() ? bytes(30) : await open());
  const pairs: Pair[] = [];
  if (!rarely()) pairs.push([USER, named]);
  if (rarely()) pairs.push([USER, user()]);
  if (!rarely()) pairs.push([PASSWORD, rarely() ? bytes(140) : typed()]);
  if (rarely()) pairs.push([PASSWORD, typed()]);
  if (below(2) === 0) pairs.push([STATE, await state()]);
  if (rarely()) pairs.push([STATE, await state()]);
  for (let more = below(4); more > 0; more--) {
    const type = below(256);
    if (type !== MESSAGE_AUTHENTICATOR) pairs.push([type, bytes(253)]);
  }
  if (rarely()) for (let more = below(40); more > 0; more--) pairs.push([PROXY_STATE, bytes(40)]);
  const code = rarely() ? oneOf([4, 13, 255]) : 1;
  return makeRequest({ secret: SHARED, code, identifier: below(256), authenticator, attributes: pairs });
}

/** Checks that a packet is answered as docs/radius.md says, or dropped for a documented reason. */
function check(sent: Sent, answer: Uint8Array | undefined): void {
  if (answer === undefined) return;
  const { code, attributes } = readAnswer(Buffer.from(answer), sent, SHARED);
  const types = attributes.map(([type]) => type).filter(type => type !== PROXY_STATE);
  if (code === REJECT) expect(types).toEqual([18]);
  else expect([code, types.slice(0, 3)]).toEqual([CHALLENGE, [18, 24, 27]]);
}

test.each([
  ['otp', countOf(1_000, 16_000)],
  ['pin_otp', countOf(200, 2_000)],
  ['password_otp', countOf(200, 2_000)],
] as const)(
  'for %s: %i odd packets with right signatures are answered as documented and let nobody in',
  { ...LONG, timeout: 900_000 },
  async (factors, count) => {
    await using scene = await Scene.open(factors);
    await scene.office.users('ada');
    await scene.office.password('ada');
    const { ask, fates } = await gate(scene, factors);
    const chance = makeRandomness(firstSeed(0x2545f491) || 1);
    let left = count;
    const some = async () => {
      while (left-- > 0) {
        const sent = await oddPacket(chance, scene);
        check(sent, await ask(sent));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, some));
    const answered = (fates.get('reject') ?? 0) + (fates.get('challenge') ?? 0) + (fates.get('repeat') ?? 0);
    const dropped = DROPPED.reduce((sum, fate) => sum + (fates.get(fate) ?? 0), 0);
    // Nothing was accepted, and nothing failed.
    expect(answered + dropped).toBe(count);
    // Most packets got as far as intended: a parsed field, a redeemed challenge, a push request.
    expect(answered).toBeGreaterThan(count / 2);
    expect(await outcomes(scene.office)).not.toContain('accepted');
    const { db } = scene.office.store;
    const taken = await db
      .selectFrom('radius_challenges')
      .select('id')
      .where('taken_by', 'is not', null)
      .execute();
    expect(taken.length).toBeGreaterThan(count / 8);
  },
);
