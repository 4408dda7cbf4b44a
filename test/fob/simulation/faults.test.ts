import type { FaultName, FaultPlan } from '@passfob/simulator';
import { isRefusal } from 'passfob/client';
import { beforeAll, expect, it } from 'vitest';
import { firstSeed, LONG, seedsOrOne } from '../../kit/counts.ts';
import { type KeptFob, keptFob, WatchedFob } from '../../kit/fob.ts';
import { secret } from '../../kit/secrets.ts';
import { ascii, Owner } from '../conformance/owner.ts';
import { SimulatorDriver } from '../conformance/simulator-driver.ts';
import { RFC4226_KEY } from '../conformance/vectors.ts';

const START_UTC = 1_800_000_000;
const DAY_MS = 86_400_000;
/** Longer than a brown-out and the return of the supply after it. */
const SETTLE_MS = 12_000;

let kept: KeptFob;
beforeAll(async () => {
  kept = await keptFob(async owner => {
    await owner.setClock(START_UTC);
    await owner.put({ secret: RFC4226_KEY });
  });
});

/** One fob that starts from `kept` under a plan. */
class Trial extends WatchedFob {
  constructor(faults: FaultPlan) {
    super(kept, { faults });
  }

  struck(name: FaultName): number {
    return this.driver.fob.faults().counts[name].struck;
  }

  /** Presses until the list is shown, then holds for a passcode. */
  async hold(): Promise<void> {
    for (let presses = 0; presses < 6 && !/Example .*passcode/.test(this.words); presses++) {
      await this.driver.press();
      await this.driver.advance(3_000);
    }
    await this.driver.choose();
    await this.driver.advance(1_000);
  }

  /** A person who holds for a passcode three times, as far as the fob lets them. */
  async use(): Promise<void> {
    for (let times = 0; times < 3; times++) {
      await this.hold();
      await this.driver.advance(SETTLE_MS);
    }
  }

  /**
   * What must hold once nothing strikes any more: after a while, and again after a restart.
   * @param mayRefuse a part stays broken, so that the fob may have no more values to show
   */
  async verify(accounts = 1, mayRefuse = false): Promise<void> {
    const { fob } = this.driver;
    fob.setFaults();
    await this.driver.advance(SETTLE_MS + 60_000);
    fob.powerOn();
    await this.driver.advance(4_000);
    for (let boots = 0; boots < 2; boots++) {
      await this.owner.open();
      expect((await this.owner.client.call('info', {})).accounts).toBe(accounts);
      const { health, counter } = await this.owner.client.call('list', { index: 0 });
      expect(health).toBe(0);
      expect(counter).toBeGreaterThan(Math.max(-1, ...this.shown));
      await this.hold();
      await this.driver.reboot();
    }
    // Each value was shown once, in order, also those of the last two holds.
    expect(this.isInOrder()).toBe(true);
    if (!mayRefuse) expect(this.shown.length).toBeGreaterThanOrEqual(2);
    expect(fob.consoleText()).toBe('');
    await this.driver.close();
  }
}

/** Tries a plan under each seed; a failure names the one that repeats it. */
async function underSeeds(seeds: readonly number[], plan: FaultPlan, work: (trial: Trial) => Promise<void>) {
  for (const seed of seeds) {
    try {
      await work(new Trial({ ...plan, seed }));
    } catch (error) {
      throw new Error(`PASSFOB_SEED=${seed}: ${JSON.stringify(plan)}`, { cause: error });
    }
  }
}

it('a fob whose supply fails in its writes comes back, and shows no value twice', LONG, async () => {
  let struck = 0;
  await underSeeds(seedsOrOne(3, 200), { power: { cut: 2 } }, async trial => {
    await trial.use();
    struck += trial.struck('power.cut');
    await trial.verify();
  });
  expect(struck).toBeGreaterThan(1);
});

it('a fob in a loop of brown-outs starts again and again, and works when the supply lasts', async () => {
  const trial = new Trial({ seed: 1, power: { brownout: 1 } });
  const { fob } = trial.driver;
  const powered = new Set<boolean>();
  for (let ms = 0; ms < 60_000; ms += 100) {
    await trial.driver.advance(100);
    powered.add(fob.powered);
  }
  expect([...powered]).toHaveLength(2);
  expect(trial.struck('power.brownout')).toBeGreaterThan(8);
  await trial.verify();
});

it('a supply that a fault has cut stays off where somebody unplugs the fob meanwhile', async () => {
  const { driver } = new Trial({ seed: 1, power: { brownout: 1 } });
  const { fob } = driver;
  while (fob.powered) await driver.advance(50);
  fob.cutPower();
  await driver.advance(60_000);
  expect(fob.powered).toBe(false);
});

it.each(['torn', 'stuck', 'worn'] as const)(
  'a fob with pages that are %s loses no account and shows no value twice',
  LONG,
  async kind => {
    let struck = 0;
    await underSeeds(seedsOrOne(3, 100), { memory: { [kind]: 3 } }, async trial => {
      await trial.use();
      struck += trial.struck(`memory.${kind}`);
      await trial.verify(1, kind !== 'torn');
    });
    expect(struck).toBeGreaterThan(0);
  },
);

it('a blank fob whose Storage is full refuses its owner; one that has an owner works on', async () => {
  const driver = new SimulatorDriver({ faults: { memory: { full: 1 } } });
  const failure = await new Owner(driver).pair().catch((error: unknown) => error);
  expect(isRefusal(failure, 'storage-failed')).toBe(true);
  expect(driver.fob.storedFile('full')?.length).toBeGreaterThan(1000);
  await driver.reboot();
  expect((await driver.screen()).join(' ')).toContain('It has no owner yet.');
  await driver.close();
  const trial = new Trial({ memory: { full: 1 } });
  await trial.use();
  expect(trial.shown).toEqual([0, 1, 2]);
  await trial.verify();
});

it('a fob whose clock has stopped has no time until it is set', async () => {
  const trial = new Trial({});
  await trial.owner.open();
  expect((await trial.owner.client.call('clock', {})).state).toBe(1);
  trial.driver.fob.setFaults({ seed: 1, clock: { stop: 1 } });
  expect((await trial.owner.client.call('clock', {})).state).not.toBe(1);
  trial.driver.fob.setFaults();
  await trial.owner.setClock(START_UTC + 1000);
  expect(await trial.owner.client.call('clock', {})).toMatchObject({ state: 1, utc: START_UTC + 1000 });
  await trial.verify();
});

it('a fob believes a clock that jumps, until it is set', async () => {
  const trial = new Trial({});
  await trial.owner.open();
  const before = await trial.owner.client.call('clock', {});
  trial.driver.fob.setFaults({ seed: 2, clock: { jump: 1 } });
  const after = await trial.owner.client.call('clock', {});
  trial.driver.fob.setFaults();
  expect(Math.abs(after.utc - before.utc)).toBeGreaterThan(10);
  await trial.owner.setClock(before.utc + 60);
  expect(await trial.owner.client.call('clock', {})).toMatchObject({ state: 1, utc: before.utc + 60 });
  await trial.verify();
});

it('a fob whose clock battery died says so, has no time, keeps its account, and works on', async () => {
  const trial = new Trial({ seed: 1, battery: { dead: 1 } });
  await trial.driver.reboot();
  expect(trial.struck('battery.dead')).toBe(1);
  expect(trial.words).toContain('The clock module lost its power.');
  await trial.driver.choose();
  await trial.owner.open();
  expect((await trial.owner.client.call('clock', {})).state).not.toBe(1);
  await trial.verify();
});

it.each(['cold', 'hot'] as const)(
  'a clock that is %s drifts, and no further than its data sheet allows',
  async kind => {
    const drifts: number[] = [];
    for (let seed = 0; seed < 6; seed++) {
      const trial = new Trial({ seed, temperature: { [kind]: 1 } });
      await trial.owner.open();
      const offset = async () =>
        (await trial.owner.client.call('clock', {})).utc - Math.floor(trial.driver.fob.now() / 1000);
      const before = await offset();
      await trial.driver.advance(100 * DAY_MS);
      await trial.owner.open();
      drifts.push((await offset()) - before);
      await trial.driver.close();
    }
    // 3.5 ppm of 100 days are 30 s.
    expect(Math.max(...drifts.map(Math.abs))).toBeLessThanOrEqual(32);
    expect(Math.max(...drifts.map(Math.abs))).toBeGreaterThan(5);
    expect(new Set(drifts).size).toBeGreaterThan(3);
  },
);

it('a press of a worn button that bounces counts once', async () => {
  const trial = new Trial({ seed: 3, buttons: { bounce: 1 } });
  await trial.hold();
  await trial.driver.back();
  await trial.hold();
  expect(trial.shown).toEqual([0, 1]);
  expect(trial.struck('buttons.bounce')).toBeGreaterThan(4);
  await trial.verify();
});

it('a button that is deaf is not seen by the fob', async () => {
  const trial = new Trial({ seed: 1, buttons: { deaf: 1 } });
  const before = trial.words;
  await trial.driver.press();
  await trial.driver.choose();
  expect(trial.words).toBe(before);
  expect(trial.struck('buttons.deaf')).toBe(2);
  await trial.verify();
});

it('a button that stays closed is one hold, however long, and works when it opens', async () => {
  const trial = new Trial({ seed: 1, buttons: { stuck: 1 } });
  await trial.driver.press();
  await trial.driver.advance(61_000);
  expect(trial.struck('buttons.stuck')).toBe(1);
  expect(trial.shown.length).toBeLessThanOrEqual(1);
  await trial.verify();
});

it('a fob with an empty battery shows it, until it starts with a full one', async () => {
  const trial = new Trial({ seed: 1, battery: { low: 1 } });
  await trial.owner.open();
  expect((await trial.owner.client.call('status', {})).battery).toBeLessThan(50);
  await trial.driver.advance(1);
  trial.driver.fob.setFaults();
  await trial.driver.reboot();
  await trial.owner.open();
  expect((await trial.owner.client.call('status', {})).battery).toBeGreaterThan(95);
  await trial.verify();
});

it.each(['absent', 'slow'] as const)('a fob does not notice a crystal that is %s', async kind => {
  const trial = new Trial({ seed: 1, crystal: { [kind]: 1 } });
  await trial.use();
  expect(trial.struck(`crystal.${kind}`)).toBeGreaterThan(0);
  expect(trial.shown).toEqual([0, 1, 2]);
  await trial.verify();
});

it(
  'a fob under all faults at once that it can mend keeps its owner, its account and its counter',
  LONG,
  async () => {
    const plan: FaultPlan = {
      power: { cut: 8, brownout: 4 },
      bus: { fail: 150, late: 500, hang: 500 },
      memory: { torn: 8 },
      buttons: { bounce: 2, deaf: 6 },
      clock: { stop: 80, jump: 80 },
      battery: { low: 2 },
      temperature: { cold: 2, hot: 3 },
      crystal: { absent: 2, slow: 2 },
    };
    await underSeeds(seedsOrOne(4, 200), plan, async trial => {
      await trial.use();
      const counts = Object.values(trial.driver.fob.faults().counts);
      expect(counts.filter(({ struck }) => struck > 0).length).toBeGreaterThan(2);
      await trial.verify();
    });
  },
);

it('the same plan and seed strike a fob in the same way, and another seed in another', async () => {
  const run = async (seed: number) => {
    const trial = new Trial({
      seed,
      power: { cut: 4, brownout: 2 },
      bus: { fail: 200 },
      memory: { torn: 5 },
      buttons: { bounce: 2 },
      clock: { stop: 50 },
    });
    await trial.use();
    const { counts } = trial.driver.fob.faults();
    const { operations, transfers } = trial.driver.fob;
    const end = [trial.words, trial.shown, trial.driver.fob.now(), operations, transfers, counts];
    await trial.driver.close();
    return JSON.stringify(end);
  };
  const [first, again, other] = [await run(7), await run(7), await run(8)];
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

const WIRE = ['flip', 'drop', 'duplicate', 'truncate', 'noise', 'flow', 'console', 'delay', 'stall'] as const;

it.each(WIRE)('an owner behind a cable with faults (%s) enrols once, or not at all', async kind => {
  const trial = new Trial({});
  await trial.owner.open();
  trial.driver.fob.setFaults({ seed: firstSeed(), wire: { [kind]: 6 } });
  const put = trial.owner.put({ secret: secret(RFC4226_KEY), label: ascii('bob') });
  let done: boolean | undefined;
  const settled = (isDone: boolean) => () => {
    done = isDone;
  };
  put.then(settled(true), settled(false));
  // The host waits in real time, and the fob's own time moves with it.
  while (done === undefined) {
    await new Promise(resolve => setTimeout(resolve, 5));
    await trial.driver.advance(kind === 'delay' || kind === 'stall' ? 500 : 20);
  }
  const { counts } = trial.driver.fob.faults();
  expect(counts[`wire.${kind}`].occasions).toBeGreaterThan(0);
  trial.driver.fob.setFaults();
  await trial.driver.advance(SETTLE_MS);
  await trial.owner.open();
  const { accounts } = await trial.owner.client.call('info', {});
  expect(done ? [2] : [1, 2]).toContain(accounts);
  await trial.verify(accounts);
});
