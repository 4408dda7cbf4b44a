import { randomInt } from 'node:crypto';
import { fobNamed, fobSecretsOf } from '@passfob/service/subjects/tokens/fobs';
import { pushSecretOf, readPushKey } from '@passfob/service/subjects/tokens/push-keys';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { carriedIn } from '../../kit/carried.ts';
import { countOf, firstSeed, isBigRun, LONG, share } from '../../kit/counts.ts';
import { Hostile } from '../kit/hostile.ts';
import { type Bench, bench, management, openEachBench } from './bench.ts';
import { type Tamper, until } from './kit.ts';
import type { Asked, UsersFob } from './world.ts';

openEachBench();

/** In a quick run, the connection is cut at every third message. */
const EVERY = 3;

/** How many connections are cut, or agents are malicious, at once. They mostly wait. */
const AT_ONCE = 12;

/** Approves a request as soon as its fob shows it, until it is decided. @returns the result of the session */
async function approveUntilTaken(bench: Bench, { fob }: UsersFob, asked: Asked): Promise<string> {
  for (;;) {
    await until(() => fob.screen.includes(asked.number), 'the request');
    fob.approve();
    const end = await bench.take(asked, 1_500);
    if (end !== 'waiting') return end;
  }
}

/**
 * Runs a push over a connection that is cut at the nth message, followed by another connection. @returns whether it
 * was cut
 */
async function cutAt(bench: Bench, at: number, isKeyed: boolean): Promise<boolean> {
  const user = `user-${at}-${isKeyed}`;
  const own = await bench.fobOf(user);
  const plug = async (cutAt?: number) => {
    const agent = await bench.agent(cutAt === undefined ? {} : { cutAt });
    if (!agent.isClosed) agent.plug(own.fob);
    return agent;
  };
  if (isKeyed) {
    const before = await bench.agent();
    await bench.plugged(before, own);
    await before.close();
  }
  const cut = await plug(at);
  let asked: Asked | undefined;
  const keyed = async () => (await readPushKey(bench.db, own.id))?.proved_ms != null;
  await until(async () => cut.isClosed || (await keyed()), 'the key');
  if (await keyed()) asked = await bench.ask(user);
  // The person approves as soon as the request is shown, even if the connection is lost.
  const number = asked?.number ?? '';
  await until(() => cut.isClosed || (asked !== undefined && own.fob.screen.includes(number)), 'the request');
  if (!cut.isClosed) {
    own.fob.approve();
    await until(async () => cut.isClosed || cut.notices.includes('over'), 'the end');
  }
  const wasCut = cut.isClosed;
  await cut.close();
  await plug();
  await bench.keyed(own);
  asked ??= await bench.ask(user);
  const state = await bench.state(asked);
  expect(['waiting', 'sent', 'shown', 'approved']).toContain(state);
  expect([
    at,
    state === 'approved' ? await bench.take(asked) : await approveUntilTaken(bench, own, asked),
  ]).toEqual([at, 'accepted']);
  expect(await bench.take(asked, 0)).toBe('refused');
  return wasCut;
}

it.each([
  ['and a push', true],
  ['its push key, and a push', false],
] as const)(
  'a connection is cut at any message of a proof, %s, and the next connection succeeds',
  LONG,
  async (_what, isKeyed) => {
    // Every message if there is time; otherwise every third, from a random start that a failure names.
    const every = isBigRun ? Math.min(EVERY, Math.round(1 / share)) : EVERY;
    const first = firstSeed(randomInt(EVERY)) % every;
    let cuts = 0;
    for (let from = first; ; from += AT_ONCE * every) {
      const places = Array.from({ length: AT_ONCE }, (_, ahead) => from + ahead * every);
      const wereCut = await Promise.all(places.map(at => cutAt(bench, at, isKeyed)));
      cuts += wereCut.filter(Boolean).length;
      if (wereCut.includes(false)) break;
    }
    expect(cuts * every).toBeGreaterThan(15);
  },
);

const ACTS = ['pass', 'pass', 'drop', 'double', 'replay', 'reorder', 'spoil', 'other'];

/** @param others messages carried for another user's fob */
const malicious = (acts: readonly string[], others: readonly string[]): Tamper =>
  new Hostile(acts, [], { other: (text, n) => [others[n % Math.max(1, others.length)] ?? text, text] }).bytes;

it(
  'a malicious agent logs nobody in without a hold of their fob, and an honest agent succeeds afterwards',
  LONG,
  async () => {
    let run = 0;
    const acts = fc.array(fc.constantFrom(...ACTS), { minLength: 1, maxLength: 10 });
    const behaviours = fc.record({ up: acts, down: acts, isPressed: fc.boolean() });
    const oneRun = async ({
      up,
      down,
      isPressed,
    }: typeof behaviours extends fc.Arbitrary<infer T> ? T : never) => {
      const which = run++;
      const own = await bench.fobOf(`user-${which}`);
      const victim = await bench.fobOf(`victim-${which}`);
      const others: string[] = [];
      const honest = await bench.agent({
        toService(text) {
          if (text.includes('"bytes"')) others.push(text);
          return text;
        },
      });
      await bench.plugged(honest, victim);
      const before = await bench.agent();
      await bench.plugged(before, own);
      await before.close();
      const hostile = await bench.agent({ toService: malicious(up, others), toAgent: malicious(down, []) });
      hostile.plug(own.fob);
      // The agent also announces the victim's fob, but connects its own.
      hostile.plug(own.fob, victim.serial);
      const asked = await bench.ask(own.user);
      const victims = await bench.ask(victim.user);
      const shown = () => own.fob.screen.includes(asked.number);
      const endMs = performance.now() + 1_500;
      await until(() => shown() || performance.now() > endMs);
      const wasPressed = isPressed && shown();
      if (wasPressed) own.fob.approve();
      const end = await bench.take(asked, 700);
      if (!wasPressed) expect(end).not.toBe('accepted');
      expect(await bench.take(victims, 0)).toBe('waiting');
      await hostile.close();
      await bench.plugged(await bench.agent(), own);
      if (end === 'waiting') expect(await approveUntilTaken(bench, own, asked)).toBe('accepted');
      // The victim's fob answers the victim's request as usual.
      await until(() => victim.fob.screen.includes(victims.number), 'the request of the victim');
      expect(await approveUntilTaken(bench, victim, victims)).toBe('accepted');
    };
    const many = fc.array(behaviours, { minLength: AT_ONCE, maxLength: AT_ONCE });
    const property = fc.asyncProperty(many, async batch => {
      await Promise.all(batch.map(oneRun));
    });
    await fc.assert(property, { numRuns: countOf(1, 8), endOnFailure: true });
  },
);

it('the messages that an agent carries contain no key, PIN, question or answer, in any encoding', async () => {
  const { agent, ...own } = await bench.ready('ada');
  const asked = await bench.ask('ada');
  expect(await approveUntilTaken(bench, own, asked)).toBe('accepted');
  const { db, keys } = management;
  const row = await fobNamed(db, own.serial);
  const secrets = row && fobSecretsOf(keys, row);
  const key = await readPushKey(db, own.id);
  const { question } = await db.selectFrom('pushes').select('question').executeTakeFirstOrThrow();
  const hidden = [
    key && pushSecretOf(keys, key),
    secrets?.deviceSecret,
    secrets?.pairingKey,
    secrets?.recoveryKey,
    asked.session,
    question,
    new Uint8Array(Buffer.from(question, 'hex')),
  ];
  const { text: carried, frames, holds } = carriedIn(agent.log);
  expect(frames.length).toBeGreaterThan(15);
  for (const bytes of hidden) {
    if (bytes === undefined) throw new Error('nothing is hidden');
    expect(holds(bytes)).toEqual([]);
  }
  // Proves that the search works: it finds the serial number, which is sent in the clear.
  expect(holds(own.serial).length).toBeGreaterThan(0);
  expect(holds(own.fob.serial).length).toBeGreaterThan(0);
  // The user name is encrypted, too.
  expect(carried).not.toContain('"ada"');
});
