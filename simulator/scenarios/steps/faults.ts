import { ODDS_MAX, OPERATIONS_AHEAD_MAX } from '../base/limits.ts';
import { StepFailed } from '../base/place.ts';
import { byKind, choice, field, map, nothing, number, numbered, written } from '../base/shapes.ts';
import { step } from '../base/step.ts';
import type { World } from '../base/world.ts';

const SEED_MAX = Number.MAX_SAFE_INTEGER;
const part = choice('display', 'clock', 'eeprom');

/** The N of 1 in N. */
const odds = written('odds, such as 1/20', { type: 'string', pattern: '^1/[1-9]\\d*$' }, value => {
  const n = Number(/^1\/([1-9]\d*)$/.exec(value)?.[1]);
  return n <= ODDS_MAX ? n : undefined;
});

const plan = map({
  bus: field(
    map({
      fail: field(odds, 'a transfer ends with an exception'),
      late: field(odds, 'the start of a transfer comes late, and the bus is dead until it is set up anew'),
      hang: field(odds, 'the same, and a part holds the bus as well'),
      at: field(
        numbered(choice('fail', 'late', 'hang'), OPERATIONS_AHEAD_MAX),
        'faults of single transfers, by their number from now on',
      ),
    }),
    'faults of the I2C bus, for each transfer',
  ),
  wire: field(
    map({
      flip: field(odds, 'a bit is flipped'),
      drop: field(odds, 'bytes are lost'),
      duplicate: field(odds, 'bytes arrive twice'),
      truncate: field(odds, 'the end is lost'),
    }),
    'faults of the cable, for each transfer',
  ),
  seed: field(number(0, SEED_MAX), "decides which transfers fail; the scenario's own"),
});

type GivenPlan = ReturnType<(typeof plan)['read']>;

/** Returns the odds that are given, as probabilities. */
function shares<T extends string>(faults: { readonly [K in T]?: number | undefined } | undefined) {
  const entries = Object.entries<number | undefined>(faults ?? {}).flatMap(([name, n]) =>
    n === undefined ? [] : [[name, 1 / n] as const],
  );
  return Object.fromEntries(entries) as { [K in T]?: number };
}

function setFaults(world: World, given: GivenPlan | null): void {
  const seed = given?.seed ?? world.seed;
  const { at, ...bus } = given?.bus ?? {};
  if (given?.bus === undefined) world.fob.setBusFaults();
  else world.fob.setBusFaults({ ...shares<'fail' | 'late' | 'hang'>(bus), seed, ...(at && { at }) });
  world.spoil(given?.wire && { ...shares<'flip' | 'drop' | 'duplicate' | 'truncate'>(given.wire), seed });
}

/** Steps that break something. */
export const faultSteps = [
  step(
    'faults',
    'from now on bus and cable fail by this plan, of which N in 1/N decides how often; without a value both are good',
    byKind({ nothing, map: plan }),
    setFaults,
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
