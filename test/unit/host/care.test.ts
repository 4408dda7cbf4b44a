import { type CareEntry, careForTray } from 'passfob/batch/care';
import { type Client, connect } from 'passfob/client/client';
import { type CareOptions, careFor } from 'passfob/commands/care';
import type { Context, FobAtHand } from 'passfob/commands/context';
import { enroll } from 'passfob/commands/enroll';
import { fobsWithHealth } from 'passfob/commands/health';
import { info } from 'passfob/commands/info';
import { openOwnerSession } from 'passfob/commands/owner-session';
import { FobError } from 'passfob/errors';
import { clockReadingsOf } from 'passfob/inventory/clocks';
import { historyOf } from 'passfob/inventory/history';
import { pairingsOf } from 'passfob/inventory/pairings';
import { setTimeWithoutHold } from 'passfob/owner/clock';
import { observeFob } from 'passfob/owner/observe';
import { expect, it } from 'vitest';
import { CoreFob } from './kit/core-fob.ts';
import { losingPower } from './kit/core-memories.ts';
import { failure } from './kit/failure.ts';
import { seedOf } from './kit/seeds.ts';
import { atHand, forEveryCut, pairedAt, type Workplace, workplace } from './kit/workplace.ts';

const AUTO: CareOptions = { mayHold: false, isDryRun: false };
const HELD: CareOptions = { mayHold: true, isDryRun: false };
const DAY = 86_400;

/** An owner whose clock agrees with a fob, until one of them goes on alone. */
interface Agreeing {
  readonly fob: CoreFob;
  readonly owner: Workplace;
  /** Both wait; the fob's clock counts some more seconds, or fewer. */
  later(seconds: number, fobGains?: number): void;
}

async function agreeing(parts: ConstructorParameters<typeof CoreFob>[1] = {}): Promise<Agreeing> {
  const fob = new CoreFob(undefined, parts);
  const place = workplace();
  // Just before a second, so that a setting does not wait for it.
  let nowMs = fob.now * 1000 + 990;
  const context: Context = {
    ...place.context,
    now: () => nowMs,
    report(progress) {
      place.reported.push(progress);
      if (progress.event !== 'press-needed') return;
      const before = fob.now;
      fob.approve();
      nowMs += (fob.now - before) * 1000;
    },
  };
  const owner = { context, reported: place.reported };
  await pairedAt(owner, fob);
  return {
    fob,
    owner,
    later(seconds, fobGains = 0) {
      fob.sleep(seconds + fobGains);
      nowMs += seconds * 1000;
    },
  };
}

const isAsked = ({ reported }: Workplace) => reported.some(({ event }) => event === 'press-needed');
const asksOnScreen = (fob: CoreFob) => fob.screen.some(line => line.endsWith('?'));

/** A fob's clock minus its owner's, in seconds. */
const errorOf = ({ fob, owner }: Pick<Agreeing, 'fob' | 'owner'>) => fob.now - owner.context.now() / 1000;

it('a fob with nothing to do is left in peace after six round trips and one for each account', async () => {
  const { fob, owner } = await agreeing();
  const atFob = await atHand(fob);
  for (const label of ['alice', 'bob']) await enroll(owner.context, atFob, seedOf({ label }));
  const counting = { toFob: 0, toHost: 0 };
  const count = (way: keyof typeof counting) => (frame: string) => {
    counting[way]++;
    return frame;
  };
  const careful = await atHand(fob, { toFob: count('toFob'), toHost: count('toHost') });
  const result = await careFor(owner.context, careful, AUTO);
  expect(result).toMatchObject({ found: [], done: [], left: [], waitsForHold: false });
  expect(counting).toEqual({ toFob: 8, toHost: 8 });
});

it('a clock that lost its time is set without a hold, and the fob is well', async () => {
  const { fob, owner, later } = await agreeing();
  later(30 * DAY);
  const now = owner.context.now();
  fob.loseTime();
  const there = { ...owner.context, now: () => now };
  const result = await careFor(there, await atHand(fob), AUTO);
  expect(result.found).toEqual([{ kind: 'clock-unset', wasSet: true }]);
  expect(result).toMatchObject({ done: ['clock-set'], left: [], waitsForHold: false });
  expect(fob.now).toBe(Math.ceil(now / 1000));
  expect(isAsked(owner)).toBe(false);
  expect(await careFor(there, await atHand(fob), AUTO)).toMatchObject({ found: [], done: [] });
  const history = await historyOf(owner.context.inventory, result.serial);
  expect(history.filter(({ event }) => event === 'clock-set')).toHaveLength(1);
});

it('a clock within the drift budget is set without a hold, and the fob learns its trim', async () => {
  const one = await agreeing();
  one.later(20 * DAY, -15);
  const result = await careFor(one.owner.context, await atHand(one.fob), AUTO);
  expect(result.found.map(({ kind }) => kind)).toEqual(['clock-off']);
  expect(result).toMatchObject({ done: ['clock-set'], left: [], waitsForHold: false });
  expect(isAsked(one.owner)).toBe(false);
  expect(Math.abs(errorOf(one))).toBeLessThanOrEqual(1);
  // 14 s in 20 days.
  expect(result.observed.clock.trimPpm).toBeCloseTo(8.1, 0);
  const [pairing] = await pairingsOf(one.owner.context.inventory, result.serial);
  const readings = await clockReadingsOf(one.owner.context.inventory, pairing?.id ?? 0);
  expect(readings.at(-1)).toMatchObject({ isSet: true, driftPpm: expect.closeTo(-8.7, 0) });
});

it.each([
  ['ahead', 5],
  ['behind by more than the drift budget', -3_600],
])('a clock that is %s waits for a hold, and is set with one', async (_, gains) => {
  const one = await agreeing();
  one.later(DAY, gains);
  expect(await careFor(one.owner.context, await atHand(one.fob), AUTO)).toMatchObject({
    done: [],
    waitsForHold: true,
    left: [{ kind: 'clock-off', needsHold: true }],
  });
  expect(asksOnScreen(one.fob)).toBe(false);
  const held = await careFor(one.owner.context, await atHand(one.fob), HELD);
  expect(held).toMatchObject({ done: ['clock-set'], waitsForHold: false });
  expect(one.owner.reported.filter(({ event }) => event === 'press-needed')).toHaveLength(1);
});

it('a fob that asks for an unexpected hold is not kept asking', async () => {
  const one = await agreeing();
  // The first step uses up the five seconds of the budget, so the second asks.
  one.later(10, -5);
  expect(await careFor(one.owner.context, await atHand(one.fob), AUTO)).toMatchObject({
    done: ['clock-set'],
  });
  one.later(10, -4);
  const result = await careFor(one.owner.context, await atHand(one.fob), AUTO);
  expect(result).toMatchObject({ done: [], waitsForHold: true, left: [{ kind: 'clock-off' }] });
  expect([asksOnScreen(one.fob), isAsked(one.owner)]).toEqual([false, false]);
});

it('a declined hold changes nothing and is reported', async () => {
  const one = await agreeing();
  one.later(DAY, 5);
  const declining = { ...one.owner.context, report: () => one.fob.deny() };
  const result = await careFor(declining, await atHand(one.fob), HELD);
  expect(result.refused.map(({ act, error }) => [act, error.refusal])).toEqual([
    ['clock-set', 'press-denied'],
  ]);
  expect(result).toMatchObject({ done: [], left: [{ kind: 'clock-off' }] });
});

it('a dry run changes nothing, and says what it would do', async () => {
  const { fob, owner, later } = await agreeing();
  later(DAY, -10);
  const before = fob.now;
  const client = connect(fob.plugIn().transport, { isDryRun: true });
  const dry = { address: 'cable', client, hello: await client.hello() };
  expect(await careFor(owner.context, dry, { mayHold: false, isDryRun: true })).toMatchObject({
    found: [{ kind: 'clock-off' }],
    done: [],
    planned: ['clock-set'],
    left: [],
  });
  expect(fob.now).toBe(before);
});

it('care can be cut off anywhere and repeated: the clock is right, and nothing is done twice', async () => {
  const cuts = await forEveryCut(
    async () => {
      const one = await agreeing();
      one.later(DAY, -10);
      return one;
    },
    (owner, fob) => careFor(owner.context, fob, AUTO),
    async (owner, core) => {
      await careFor(owner.context, await atHand(core), AUTO);
      expect(Math.abs(errorOf({ fob: core, owner }))).toBeLessThanOrEqual(1);
      expect(await careFor(owner.context, await atHand(core), AUTO)).toMatchObject({ found: [], done: [] });
      // The inventory knows of the setting even if its answer was lost.
      const [known] = await fobsWithHealth(owner.context.inventory, {}, owner.context.now());
      expect(known).toMatchObject({ isStale: false, health: [] });
      expect(isAsked(owner)).toBe(false);
    },
  );
  // open, finish, info, status, time, clock, setClock and time, each in either direction.
  expect(cuts).toBe(16);
});

it('care with a hold can be cut off anywhere and repeated: a clock that was set asks for no other hold', async () => {
  const cuts = await forEveryCut(
    async () => {
      const one = await agreeing();
      one.later(DAY, 60);
      return one;
    },
    (owner, fob) => careFor(owner.context, fob, HELD),
    async (owner, core) => {
      const isRight = Math.abs(errorOf({ fob: core, owner })) <= 1.5;
      const before = owner.reported.filter(({ event }) => event === 'press-needed').length;
      await careFor(owner.context, await atHand(core), HELD);
      const holds = owner.reported.filter(({ event }) => event === 'press-needed').length;
      expect(holds - before).toBe(isRight ? 0 : 1);
      const again = await careFor(owner.context, await atHand(core), HELD);
      expect(again).toMatchObject({ found: [], done: [], waitsForHold: false });
    },
  );
  // As without a hold, and a second poll of setClock.
  expect(cuts).toBe(18);
});

it('setting the clock without a hold ends when its caller cancels', async () => {
  const one = await agreeing();
  const atFob = await atHand(one.fob);
  await info(one.owner.context, atFob);
  const stopped = { ...one.owner.context, signal: AbortSignal.abort() };
  await expect(setTimeWithoutHold(stopped, atFob.client)).rejects.toMatchObject({ kind: 'cancelled' });
});

it('the inventory keeps when a fob was last seen, and its health then', async () => {
  let percent = 60;
  const { fob, owner, later } = await agreeing({ power: { battery: () => percent } });
  const { context } = owner;
  const known = async () => (await fobsWithHealth(context.inventory, {}, context.now()))[0];
  expect(await known()).toMatchObject({ observed: null, health: null, batteryPercent: null });
  percent = 15;
  await info(context, await atHand(fob));
  const at = new Date(context.now()).toISOString();
  expect(await known()).toMatchObject({
    lastSeen: at,
    observed: at,
    batteryPercent: 15,
    health: [{ kind: 'battery-low', percent: 15, next: expect.stringContaining('battery') }],
  });
  later(DAY);
  expect(await known()).toMatchObject({ lastSeen: at, clockSet: expect.any(String), isStale: false });
});

it('a fob set at its pairing counts as set', async () => {
  const { owner } = await agreeing();
  const [fob] = await fobsWithHealth(owner.context.inventory, {}, owner.context.now());
  const now = new Date(owner.context.now()).toISOString();
  expect(fob).toMatchObject({ isStale: false, clockSet: now, lastSeen: now });
});

it('a locked fob tells its state, but not its accounts', async () => {
  const { fob, owner } = await agreeing();
  const atFob = await atHand(fob);
  await enroll(owner.context, atFob, seedOf());
  const observed = await observeFob(owner.context, atFob.client, atFob.hello);
  expect(observed.accounts).toMatchObject([{ issuer: 'Example', label: 'alice', isDamaged: false }]);
  expect(observed).toMatchObject({ board: 'core', firmware: 'test', freeRecords: expect.any(Number) });
});

const askAcknowledgement = async () => false;
const DECLINE = { isDryRun: false, offerHold: async () => false, askAcknowledgement };

it('fobs of other owners are left alone, and one that fails stops no other', async () => {
  const one = await agreeing();
  one.later(DAY, -10);
  const stranger = new CoreFob();
  await pairedAt(workplace(stranger), stranger);
  const fobs = [
    await atHand(new CoreFob()),
    await atHand(one.fob),
    await atHand(stranger),
    await broken(one.owner),
  ];
  expect((await careForTray(one.owner.context, fobs, DECLINE)).map(summary)).toEqual([
    'not-paired, a stranger',
    'clock-set',
    'not-in-inventory, a stranger',
    'no-answer',
  ]);
  expect(one.owner.reported.filter(({ event }) => event === 'advanced')).toHaveLength(4);
});

it('a hold is offered for one fob after the other, and only where the clock needs it', async () => {
  const one = await agreeing();
  const offers: string[] = [];
  one.later(DAY, 5);
  const offerHold = async ({ serial }: { readonly serial: string }) => {
    offers.push(serial);
    return offers.length > 1;
  };
  const fob = await atHand(one.fob);
  const offering = { ...DECLINE, offerHold };
  expect((await careForTray(one.owner.context, [fob], offering)).map(summary)).toEqual(['nothing']);
  expect((await careForTray(one.owner.context, [fob], offering)).map(summary)).toEqual(['clock-set']);
  expect(await careForTray(one.owner.context, [await atHand(one.fob)], offering)).toHaveLength(1);
  expect(offers).toHaveLength(2);
});

it('care that is cancelled at a question keeps what was done on the fobs before', async () => {
  const one = await agreeing();
  one.later(DAY, 5);
  const fob = await atHand(one.fob);
  const done = new Map<FobAtHand, CareEntry>();
  const cancelled = async () => {
    throw new FobError('cancelled');
  };
  const tray = careForTray(one.owner.context, [fob], { ...DECLINE, offerHold: cancelled }, done);
  expect([(await failure(tray)).kind, [...done.values()].map(summary)]).toEqual(['cancelled', ['nothing']]);
});

it('a loss of power of the clock module is acknowledged with the person at the fob, and never without one', async () => {
  const { losePower, ...parts } = losingPower();
  const { fob, owner } = await agreeing(parts);
  const policy = { pinDigits: 0, attempts: 7, wipe: 1, lockSeconds: 90, asks: 1, typing: 0 };
  await inSession(fob, owner, client => client.call('setPolicy', policy));
  losePower();
  fob.reboot();
  const asked: string[] = [];
  const ask = async (says: boolean) => {
    const given = {
      ...DECLINE,
      askAcknowledgement: async ({ serial }: { readonly serial: string }) => asked.push(serial) > 0 && says,
    };
    const [entry] = await careForTray(owner.context, [await atHand(fob)], given);
    if (entry === undefined || 'error' in entry) throw entry?.error ?? new Error('no fob');
    const { result } = entry;
    return { ...result, left: result.left.map(({ kind }) => kind).filter(kind => kind.startsWith('memory')) };
  };
  expect(await ask(false)).toMatchObject({ done: [], left: ['memory-went-back'] });
  // Its person has not confirmed what its screen says.
  const early = await ask(true);
  expect(early.refused.map(({ act, error }) => [act, error.refusal])).toEqual([
    ['power-loss-acknowledged', 'went-back'],
  ]);
  expect(early.left).toEqual(['memory-went-back']);
  fob.press();
  expect(fob.screen.join(' ')).toContain('The clock module lost its power.');
  fob.approve();
  expect(await ask(true)).toMatchObject({ done: ['power-loss-acknowledged'], left: [] });
  expect(asked).toHaveLength(3);
  const now = await inSession(fob, owner, client => client.call('status', {}));
  expect(now).toMatchObject({ ...policy, wentBack: 0 });
  expect(await ask(true)).toMatchObject({ done: [], left: [] });
  expect(asked).toHaveLength(3);
  const history = await historyOf(owner.context.inventory, (await atHand(fob)).hello.serial);
  expect(history.map(({ event }) => event)).toContain('power-loss-acknowledged');
});

async function inSession<T>(
  fob: CoreFob,
  owner: Workplace,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const at = await atHand(fob);
  await openOwnerSession(owner.context, at);
  return work(at.client);
}

/** Another fob of the owner, whose answers are lost after the hello. */
async function broken(owner: Workplace) {
  const fob = new CoreFob();
  await pairedAt(owner, fob);
  const toHost = (frame: string, n: number) => (n === 0 ? frame : '');
  const patience = { answerTimeoutMs: 50, sendsMax: 1 };
  const client = connect(fob.plugIn({ toHost }).transport, { patience });
  return { address: 'broken', client, hello: await client.hello() };
}

function summary(entry: CareEntry): string {
  if ('error' in entry) return `${entry.error.kind}${entry.isStranger ? ', a stranger' : ''}`;
  return entry.result.done.join() || 'nothing';
}
