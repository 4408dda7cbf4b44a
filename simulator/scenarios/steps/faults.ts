import type { BusFault } from '../../base/fob.ts';
import { OPERATIONS_AHEAD_MAX, TRANSFERS_MAX } from '../base/limits.ts';
import { StepFailed } from '../base/place.ts';
import { byKind, choice, field, list, map, nothing, number, required } from '../base/shapes.ts';
import { step } from '../base/step.ts';

const SEED_MAX = Number.MAX_SAFE_INTEGER;
const share = number(0, 1, { isWhole: false });
const part = choice('display', 'clock', 'eeprom');

const busFault = map({
  transfer: required(number(1, OPERATIONS_AHEAD_MAX), 'number of the transfer, 1 for the next'),
  fault: required(choice('fail', 'late', 'hang'), 'how it fails'),
});
const busPlan = map({
  at: field(list(busFault, 'a list of transfers with their faults', TRANSFERS_MAX), 'faults by number'),
  fail: field(share, 'share of transfers that fail, 0 to 1'),
  late: field(share, 'share of transfers whose start comes late'),
  hang: field(share, 'share of transfers that hang the bus'),
  seed: field(number(0, SEED_MAX), "the scenario's own"),
});
const wirePlan = map({
  flip: field(share, 'share of transfers with a bit flipped'),
  drop: field(share, 'share of transfers that lose bytes'),
  duplicate: field(share, 'share of transfers with bytes twice'),
  truncate: field(share, 'share of transfers that are cut off'),
  insert: field(share, 'share of transfers with bytes of others'),
  seed: field(number(0, SEED_MAX), "the scenario's own"),
});

/** Leaves out what is not given. */
function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** Steps that break something. */
export const faultSteps = [
  step(
    'bus faults',
    'from now on the I2C bus fails by this plan; without a value it is good again',
    byKind({ nothing, map: busPlan }),
    (world, plan) => {
      if (plan === null) return world.fob.setBusFaults();
      const { at = [], seed = world.seed, ...shares } = plan;
      const byNumber: Record<number, BusFault> = {};
      for (const { transfer, fault } of at) byNumber[transfer] = fault;
      return world.fob.setBusFaults({ ...given(shares), seed, at: byNumber });
    },
  ),
  step(
    'wire faults',
    'from now on the cable fails by this plan; without a value it is good again',
    byKind({ nothing, map: wirePlan }),
    (world, plan) => {
      if (plan === null) return world.spoil(undefined);
      const { seed = world.seed, ...shares } = plan;
      return world.spoil({ ...given(shares), seed });
    },
  ),
  step('disconnect', 'pull a part off the board', part, (world, name) => world.fob.setPart(name, false)),
  step('connect', 'put a part back', part, (world, name) => world.fob.setPart(name, true)),
  step(
    'fail crypto call',
    'a native call of the crypto library finds no memory: its number from now on, 1 for the next',
    number(1, OPERATIONS_AHEAD_MAX),
    (world, n) => world.fob.failCryptoCall(n),
  ),
  step(
    'expect no complaints',
    'the console is empty, and nothing was done that harms a real board; each scenario ends with this by itself',
    nothing,
    ({ fob }) => {
      const complaints = [fob.consoleText().trim(), ...fob.violations].filter(line => line !== '');
      if (complaints.length > 0) {
        throw new StepFailed('The image complains.', {
          expected: [],
          shown: complaints.join('\n').split('\n'),
        });
      }
    },
  ),
];
