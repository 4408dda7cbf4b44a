import { renameAccount } from '@passfob/service/subjects/care/task-acts';
import { fobNamed, fobSecretsOf } from '@passfob/service/subjects/tokens/fobs';
import { pushSecretOf, readPushKey } from '@passfob/service/subjects/tokens/push-keys';
import fc from 'fast-check';
import { CLOCK_WAY_MAX_MS } from 'passfob/limits';
import { expect, it } from 'vitest';
import { carriedIn } from '../../kit/carried.ts';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { type CableOptions, CoreFob } from '../../unit/host/kit/core-fob.ts';
import { type Bench, bench, openEachBench } from '../agents/bench.ts';
import { type Tamper, type TestAgent, until } from '../agents/kit.ts';
import { labelsOf, lockByPin, PIN } from '../kit/fob.ts';
import { Hostile } from '../kit/hostile.ts';
import { accepted, grace } from '../users/kit.ts';
import { CareScene, NOW_MS } from './kit.ts';
import { countsOf, doneActsOf, doneOf, expectTruth, type NeedyFob, needyFob } from './three-tasks.ts';

openEachBench(NOW_MS);

/** How many relays are malicious at once. They mostly wait. */
const AT_ONCE = 6;
/** Connections that each of them opens, one after the other, and how long each stays. */
const CONNECTIONS = 2;
const STAY_MS = 1_200;
/** The fob's time between two frames of a question. */
const FRAME_MS = 2_000;
/** How long one message is delayed, and the messages each way of which one is. */
const DELAY_MS = 4_000;
const CLOCK_MESSAGES = 16;
/** Messages that pass for each one that is attacked. */
const PASSES = 8;
const ATTACKS = ['drop', 'double', 'replay', 'reorder', 'delay', 'spoil', 'swap', 'cut', 'withhold'];
/** Messages that a delayed one arrives behind. */
const DELAY = 4;
const KINDS = ['clock', 'remove-account', 'rename-account'];

async function isDone(bench: Bench, needy: NeedyFob): Promise<boolean> {
  const done = await doneOf(bench, needy);
  return KINDS.every(kind => done.includes(kind));
}

/** Has an honest relay carry a fob, and checks that everything is done then, each task once. */
async function finishes(bench: Bench, needy: NeedyFob, where: string): Promise<void> {
  const honest = await bench.agent();
  const number = honest.plug(needy.fob);
  await until(() => isDone(bench, needy), `${where}: the end of all tasks`);
  await bench.keyed(needy);
  await until(() => !honest.isOpen(number), `${where}: the release`);
  await honest.close();
  expect(countsOf(needy), where).toEqual({ clock: 1, 'remove-account': 1, 'rename-account': 1 });
  expect(await doneOf(bench, needy), where).toEqual(KINDS);
  expect(await doneActsOf(bench, needy), where).toEqual(['fob.clock', 'fob.remove-account', 'fob.rename']);
  await expectTruth(bench, needy, where);
  expect((await labelsOf(needy)).sort(), where).toEqual(['push', 'renamed']);
  expect(Math.abs(needy.fob.now * 1000 - bench.office.nowMs), where).toBeLessThan(1_000);
  const { db } = bench;
  const leases = await db.selectFrom('fob_care').selectAll().where('fob_id', '=', needy.id).execute();
  expect(leases, where).toEqual([]);
}

type Behaviour = Readonly<Record<'up' | 'down', readonly string[]>>;

/** One direction of a relay with two fobs, of the numbers 0 and 1. */
function hostile(acts: readonly string[], carried: string[], cut: () => void): Tamper {
  let isWithholding = false;
  const way: Hostile = new Hostile(acts, carried, {
    delay: (text, nth) => way.hold(text, nth + DELAY),
    swap: text => [text.replace(/"fob":([01])/, (_, fob: string) => `"fob":${1 - Number(fob)}`)],
    cut() {
      cut();
      return [];
    },
    withhold() {
      isWithholding = true;
      return [];
    },
  });
  return (text, n) => (isWithholding && text.includes('"bytes"') ? [] : way.bytes(text, n));
}

/** A malicious relay has two fobs, for so long as it stays connected. */
async function stay(
  bench: Bench,
  { up, down }: Behaviour,
  fobs: readonly NeedyFob[],
  carried: Readonly<Record<keyof Behaviour, string[]>>,
): Promise<void> {
  const cut = () => void agent.close();
  const agent: TestAgent = await bench.agent({
    toService: hostile(up, carried.up, cut),
    toAgent: hostile(down, carried.down, cut),
  });
  for (const { fob } of fobs) agent.plug(fob);
  const endMs = performance.now() + STAY_MS;
  await until(() => agent.isClosed || performance.now() > endMs, 'the end of the relay');
  await agent.close();
}

it(
  'a relay that drops, replays, reorders, delays, spoils, swaps, cuts and withholds gains nothing but delay',
  LONG,
  async () => {
    let run = 0;
    // Most messages pass, so that attacks meet every part of a session.
    const act = fc.oneof(
      { weight: PASSES, arbitrary: fc.constant('pass') },
      { weight: 1, arbitrary: fc.constantFrom(...ATTACKS) },
    );
    const acts = fc.array(act, { minLength: 20, maxLength: 40 });
    const oneRun = async (behaviour: Behaviour) => {
      const which = run++;
      const where = `up ${behaviour.up.join(' ')}, down ${behaviour.down.join(' ')}`;
      const fobs = [await needyFob(bench, `ada-${which}`), await needyFob(bench, `bob-${which}`)];
      const carried = { up: [], down: [] };
      for (let connection = 0; connection < CONNECTIONS; connection++) {
        await stay(bench, behaviour, fobs, carried);
        for (const needy of fobs) await expectTruth(bench, needy, where);
      }
      for (const needy of fobs) await finishes(bench, needy, where);
    };
    const behaviours = fc.record({ up: acts, down: acts });
    const many = fc.array(behaviours, { minLength: AT_ONCE, maxLength: AT_ONCE });
    const property = fc.asyncProperty(many, async batch => {
      await Promise.all(batch.map(oneRun));
    });
    const seed = firstSeed(19);
    await fc.assert(property, { seed, numRuns: countOf(1, 20), endOnFailure: true });
  },
);

it(
  'a relay that falls silent at any message of care leaves no lease behind, and the next relay finishes at once',
  LONG,
  async () => {
    const every = countOf(5, 1);
    const silentFrom = async (from: number) => {
      const needy = await needyFob(bench, `ada-${from}`);
      let bytes = 0;
      const hush = (text: string) => (text.includes('"bytes"') && bytes++ >= from ? [] : [text]);
      const agent = await bench.agent({ toService: hush, toAgent: hush });
      agent.plug(needy.fob);
      await released(agent, needy);
      const where = `silent from message ${from}`;
      await expectTruth(bench, needy, where);
      const wasSilent = bytes > from;
      await agent.close();
      await finishes(bench, needy, where);
      return wasSilent;
    };
    for (let from = 0, isLast = false; !isLast; from += AT_ONCE * every) {
      const places = Array.from({ length: AT_ONCE }, (_, ahead) => from + ahead * every);
      isLast = (await Promise.all(places.map(silentFrom))).includes(false);
      expect(from, 'there is an end of the messages').toBeLessThan(200);
    }
  },
);

/** Waits until the service has given up a fob's session, and its lease with it. */
async function released(agent: TestAgent, { id }: NeedyFob): Promise<void> {
  await until(() => agent.log.some(text => text.includes('"release"')), 'the release');
  await until(async () => {
    const running = await bench.office.rows('fob_tasks', { fob_id: id, state: 'running' });
    const leases = await bench.office.rows('fob_care', { fob_id: id });
    return running.length === 0 && leases.length === 0;
  }, 'the end of the lease');
}

it('a relay that answers for a fob with another fob gets neither proved nor cared for', async () => {
  const [ada, bob] = [await needyFob(bench, 'ada'), await needyFob(bench, 'bob')];
  const agent = await bench.agent();
  const asBob = agent.plug(ada.fob, bob.serial);
  const asAda = agent.plug(bob.fob, ada.serial);
  await agent.stands(asBob, 'unproved');
  await agent.stands(asAda, 'unproved');
  for (const needy of [ada, bob]) {
    expect(countsOf(needy)).toEqual({ clock: 0, 'remove-account': 0, 'rename-account': 0 });
    expect(await doneOf(bench, needy)).toEqual([]);
  }
  await agent.close();
  for (const needy of [ada, bob]) await finishes(bench, needy, needy.user);
});

it('a relay that delays the setting of a clock makes it late for a while, and the next relay corrects it', async () => {
  const ada = await needyFob(bench, 'ada');
  // Time passes at the service while each message is on its way to the fob, and none at the fob.
  let isDelaying = true;
  const agent = await bench.agent({
    toAgent(text) {
      if (isDelaying && text.includes('"bytes"')) bench.office.nowMs += 1_400;
      return text;
    },
  });
  agent.plug(ada.fob);
  await until(() => isDone(bench, ada), 'the end of all tasks');
  // A clock that is less late is left alone, and one that is later needs a hold.
  isDelaying = false;
  // The service sees the error, and its own uncertainty about it: nothing wrong is stored.
  expect(bench.office.nowMs - ada.fob.now * 1000).toBeGreaterThan(2_000);
  await bench.keyed(ada);
  await agent.close();
  bench.office.nowMs = Math.floor(bench.office.nowMs / 1000) * 1000 + 990;
  expect(bench.office.nowMs - ada.fob.now * 1000).toBeGreaterThan(1_000);
  const honest = await bench.agent();
  await bench.plugged(honest, ada);
  await until(() => Math.abs(bench.office.nowMs - ada.fob.now * 1000) < 1_000, 'the correction');
  const row = () => bench.office.row('fobs', { id: ada.id });
  await until(
    async () => Math.abs((await row()).clock_error_ms ?? 0) > 1_000,
    'the error that was corrected',
  );
});

it('a relay that delays any one message of care makes a clock late by that delay at most, or half a second early', async () => {
  const errors: number[] = [];
  for (const way of ['toAgent', 'toService'] as const)
    for (let at = 0; at < CLOCK_MESSAGES; at++) {
      bench.office.nowMs = Math.floor(bench.office.nowMs / 1000) * 1000 + 990;
      const one = await needyFob(bench, `${way}-${at}`);
      let n = 0;
      // Meanwhile the fob's clock goes on, right or wrong.
      const delay = (text: string) => {
        if (!text.includes('"bytes"') || n++ !== at) return text;
        bench.office.nowMs += DELAY_MS;
        one.fob.sleep(DELAY_MS / 1000);
        return text;
      };
      const agent = await bench.agent({ [way]: delay });
      agent.plug(one.fob);
      await until(() => isDone(bench, one), 'the end of all tasks');
      await bench.keyed(one);
      await agent.close();
      errors.push(one.fob.now * 1000 - bench.office.nowMs);
      await expectTruth(bench, one, `${way} ${at}`);
    }
  // The message that sets the clock is late; or the service takes a part of the delay for the way to the fob.
  const [least = 0, most = 0] = [Math.min(...errors), Math.max(...errors)];
  expect([least < -1_000, least >= -DELAY_MS]).toEqual([true, true]);
  expect(most).toBeLessThanOrEqual(CLOCK_WAY_MAX_MS + 1_000);
  expect(errors.filter(error => Math.abs(error) > 1_000).length).toBeLessThan(CLOCK_MESSAGES / 2);
});

/** A fob whose cable shows its frames to somebody. */
class WatchedFob extends CoreFob {
  readonly log: string[] = [];

  override plugIn(options: CableOptions = {}) {
    const { toFob = (frame: string) => frame, toHost = (frame: string) => frame } = options;
    const seen = (text: string) => {
      if (text !== '') this.log.push(JSON.stringify({ type: 'bytes', text }));
      return text;
    };
    return super.plugIn({
      toFob: (frame, n) => seen(toFob(frame, n)),
      toHost: (frame, n) => seen(toHost(frame, n)),
    });
  }
}

it('the frames of care contain no seed, key, PIN, recovery key or name, in any encoding', async () => {
  const fob = new WatchedFob();
  await using scene = await CareScene.open(fob);
  const held = await scene.account('ada', 'name of an account');
  await lockByPin(scene.owned);
  const { management } = scene.office;
  const secretsNow = async () => {
    const row = await fobNamed(management.db, scene.owned.serial);
    return row && fobSecretsOf(management.keys, row);
  };
  const before = await secretsNow();
  fob.loseTime();
  fob.reboot();
  fob.log.length = 0;
  await scene.ask({ kind: 'pin-reset' });
  const names = { account: held.id, issuer: 'name of the issuer', label: 'another name of it' };
  accepted(await renameAccount(management, grace, { serial: scene.owned.serial, ...names }));
  await scene.care({ mayHold: true });
  await scene.care({ mayHold: true });
  expect((await scene.acts()).sort()).toEqual(
    expect.arrayContaining(['fob.clock', 'fob.rename', 'fob.reset-pin']),
  );
  const after = await secretsNow();
  expect(after?.recoveryKey).not.toEqual(before?.recoveryKey);
  const push = await readPushKey(management.db, scene.owned.id);
  const carried = carriedIn(fob.log);
  expect(carried.frames.length).toBeGreaterThan(30);
  const hidden = [
    before?.pairingKey,
    before?.deviceSecret,
    before?.recoveryKey,
    after?.recoveryKey,
    push && pushSecretOf(management.keys, push),
    PIN,
    'name of an account',
    names.issuer,
    names.label,
  ];
  for (const value of hidden) {
    if (value === undefined) throw new Error('nothing is hidden');
    expect(carried.holds(value)).toEqual([]);
  }
  // Proves that the search works: it finds the serial number, which is sent in the clear.
  expect(carried.holds(fob.serial).length).toBeGreaterThan(0);
});

it('a relay without a person gets no step that needs a hold: the PIN and the recovery key stay as they are', async () => {
  const fob = new WatchedFob();
  await using scene = await CareScene.open(fob);
  await scene.account('ada');
  await lockByPin(scene.owned);
  await scene.ask({ kind: 'pin-reset' });
  const before = await scene.asOwner(client => client.call('status', {}));
  // Nobody holds the button; the fob's time passes with the frames, so that the question stays asked until it ends.
  let isAsked = false;
  const hold = () => {
    isAsked = true;
  };
  const onFrame = () => {
    if (isAsked) setImmediate(() => fob.run(FRAME_MS));
  };
  await scene.care({ mayHold: true, hold, onFrame });
  // The clock, which has gone on meanwhile, needs a hold, too: nobody is asked right after an unanswered question.
  expect(await scene.tasks()).toEqual(['clock waiting hold', 'pin-reset waiting no_hold']);
  expect(await scene.acts()).toEqual([]);
  expect(await scene.asOwner(client => client.call('status', {}))).toMatchObject({
    iterations: before.iterations,
    locked: 1,
  });
});
