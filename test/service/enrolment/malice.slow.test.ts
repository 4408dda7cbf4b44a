import { Writer } from '@passfob/protocol/bytes';
import { encodeClear } from '@passfob/protocol/frame';
import fc from 'fast-check';
import type { Activation } from 'passfob/activation/activation-string';
import { hostPrimitives } from 'passfob/client/primitives';
import { FobError } from 'passfob/errors';
import { expect, it } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { Hostile } from '../kit/hostile.ts';
import { refusalOf, Scene, serialOf, type Tamper } from './kit.ts';

const ACTS = ['pass', 'drop', 'double', 'replay', 'reorder', 'invent', 'spoil', 'unplug', 'wrong'];

/** Timeouts are short so that dropped messages cost little. */
const IMPATIENT = { answerTimeoutMs: 60, sendsMax: 2 };
const RUN_MS = 4_000;
/** How many relays are malicious at once. They mostly wait. */
const AT_ONCE = 8;

const bytes = (text: string) => JSON.stringify({ type: 'bytes', fob: 0, text });
/** Forges a frame of a fob in the clear, which says that it has no session, or that all is well. */
const forged = (status: number) =>
  encodeClear(hostPrimitives, new Writer(8).number(2, 1).number(0, 1).number(0, 1).number(status, 1));

/** A relay that repeats a list of acts, and remembers the messages it carried. */
const malicious = (acts: readonly string[], swap: () => void): Tamper =>
  new Hostile(acts, [], {
    invent: (text, n) => [bytes(forged(n % 2 === 0 ? 3 : 0)), text],
    spoil: text => [text.replace(/[A-Za-z0-9+/]{4}(?=.{8})/, 'AAAA')],
    unplug(text) {
      swap();
      return [text];
    },
    wrong: (text, n) => [n % 7 === 6 ? '{"type":"pairing-code","fob":0,"code":"qqqsyqcyq5rqwzqfcx"}' : text],
  }).all;

interface Behaviour {
  readonly up: readonly string[];
  readonly down: readonly string[];
  /** How many opening messages stay unchanged; otherwise runs would rarely get further. */
  readonly quiet: number;
  readonly isOwned: boolean;
}

const behaviours: fc.Arbitrary<Behaviour> = fc.record({
  up: fc.array(fc.constantFrom(...ACTS), { minLength: 1, maxLength: 12 }),
  down: fc.array(fc.constantFrom(...ACTS.filter(act => act !== 'wrong')), { minLength: 1, maxLength: 12 }),
  quiet: fc.integer({ min: 0, max: 14 }),
  isOwned: fc.boolean(),
});

it(
  'a malicious relay gets no active token but that of the fob whose person approved, and an honest one succeeds afterwards',
  LONG,
  async () => {
    await using scene = await Scene.open();
    let run = 0;
    let accepted = 0;
    const oneRun = async ({ up, down, quiet, isOwned }: Behaviour) => {
      run++;
      const user = `user-${run}`;
      const fob = isOwned ? (await scene.ownFob()).fob : new CoreFob();
      const other = (await scene.ownFob()).fob;
      const activation = await scene.activation({}, user);
      const fobs = [fob, other];
      const approved = new Set<CoreFob>();
      let swaps = 0;
      const at = () => fobs[swaps % 2] ?? fob;
      const after =
        (tamper: Tamper): Tamper =>
        (text, n) =>
          n < quiet ? text : tamper(text, n - quiet);
      const swap = () => {
        swaps++;
      };
      const ending = new AbortController();
      const late = setTimeout(() => ending.abort(), RUN_MS);
      const malice = scene.relay(activation, fob, {
        means: { ...scene.means, patience: IMPATIENT },
        openFob: async () => ({ transport: at().plugIn().transport, port: 'tcp' }),
        toService: after(malicious(up, swap)),
        toRelay: after(malicious(down, swap)),
        code: () => at().code,
        press() {
          approved.add(at());
          at().approve();
        },
        signal: ending.signal,
      });
      const end = await endOf(malice);
      clearTimeout(late);
      await consistent(scene, user, approved);
      if (end === 'done') {
        accepted++;
        return;
      }
      if (await isUsed(scene, user)) return;
      approved.add(fob);
      await comeHonestly(scene, activation, fob);
      await consistent(scene, user, approved);
      expect(await isUsed(scene, user)).toBe(true);
      expect(await refusalOf(scene.relay(activation, fob))).toBe('not_valid');
    };
    const many = fc.array(behaviours, { minLength: AT_ONCE, maxLength: AT_ONCE });
    const property = fc.asyncProperty(many, async batch => {
      await Promise.all(batch.map(oneRun));
    });
    await fc.assert(property, { numRuns: countOf(2, 12), endOnFailure: true });
    expect(accepted).toBeLessThan(run);
  },
);

/** Returns `done`, or the kind of the error. */
async function endOf(relaying: Promise<unknown>): Promise<string> {
  try {
    await relaying;
    return 'done';
  } catch (error) {
    if (error instanceof FobError) return error.kind;
    throw error;
  }
}

/** Waits for the lease of a lost relay to end; then an honest relay continues with the fob. */
async function comeHonestly(scene: Scene, activation: Activation, fob: CoreFob): Promise<void> {
  for (let waits = 1; ; waits++) {
    scene.office.nowMs += 31_000;
    const [run] = await Promise.allSettled([scene.relay(activation, fob)]);
    // All runs share one clock: an unfinished step of the previous run may have renewed the claim since.
    const isHeld = run.status === 'rejected' && run.reason?.details?.code === 'in_use';
    if (isHeld && waits < 5) continue;
    expect(run).toMatchObject({ status: 'fulfilled', value: { serial: serialOf(fob) } });
    return;
  }
}

async function isUsed(scene: Scene, user: string): Promise<boolean> {
  return (await activationOf(scene, user)).state === 'used';
}

function activationOf(scene: Scene, user: string) {
  return scene.db
    .selectFrom('activations')
    .innerJoin('users', 'users.id', 'activations.user_id')
    .selectAll('activations')
    .where('users.name', '=', user)
    .executeTakeFirstOrThrow();
}

/** Checks that there is at most one token, in use only with a used activation and on an approved fob. */
async function consistent(scene: Scene, user: string, approved: ReadonlySet<CoreFob>): Promise<void> {
  const activation = await activationOf(scene, user);
  const tokens = await scene.db
    .selectFrom('tokens')
    .innerJoin('fobs', 'fobs.id', 'tokens.fob_id')
    .select(['tokens.id', 'tokens.state', 'fobs.serial'])
    .where('user_id', '=', activation.user_id)
    .execute();
  const active = tokens.filter(({ state }) => state === 'active');
  expect(tokens.filter(({ state }) => !['active', 'reserved'].includes(state))).toEqual([]);
  expect(tokens.length).toBeLessThan(2);
  expect(active.length).toBe(activation.state === 'used' ? 1 : 0);
  for (const { id, serial } of active) {
    expect(id).toBe(activation.token_id);
    expect([...approved].map(serialOf)).toContain(serial);
  }
}
