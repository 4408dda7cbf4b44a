import { PART_NAMES } from '../../base/boards-and-parts.ts';
import type { FaultName, FaultPlace, FaultPlan } from '../../base/fault-plan.ts';
import type { PartName } from '../../base/fob.ts';
import { FAULT_ODDS_MAX } from '../../base/limits.ts';
import { FAULT_KINDS } from '../../faults/names.ts';
import { FAULTS } from '../../faults/table.ts';
import { OPERATIONS_AHEAD_MAX } from '../base/limits.ts';
import { StepFailed } from '../base/place.ts';
import { byKind, choice, field, map, nothing, number, numbered, written } from '../base/shapes.ts';
import { step } from '../base/step.ts';
import type { World } from '../base/world.ts';

const SEED_MAX = Number.MAX_SAFE_INTEGER;
const part = choice(...PART_NAMES);

/** The N of 1 in N, written as elsewhere: `1/20`. */
const odds = written('odds, such as 1/20', { type: 'string', pattern: '^1/[1-9]\\d*$' }, value => {
  const n = Number(/^1\/([1-9]\d*)$/.exec(value)?.[1]);
  return n <= FAULT_ODDS_MAX ? n : undefined;
});

const busAt = field(
  numbered(choice('fail', 'late', 'hang'), OPERATIONS_AHEAD_MAX),
  'faults of single transfers, by their number from now on',
);

/** With the occasions on which it may strike. */
const doesOf = (name: FaultName) => `on ${FAULTS[name].on}: ${FAULTS[name].does}`;

/** The faults of one place, each by its odds. */
function faultsOf(place: FaultPlace) {
  const kinds = FAULT_KINDS[place].map(kind => [kind, field(odds, doesOf(`${place}.${kind}` as FaultName))]);
  return map({ ...Object.fromEntries(kinds), ...(place === 'bus' && { at: busAt }) });
}

const places = Object.keys(FAULT_KINDS) as FaultPlace[];
const plan = map({
  ...Object.fromEntries(places.map(place => [place, field(faultsOf(place), `faults of ${place}`)])),
  seed: field(number(0, SEED_MAX), "seed of the plan; default: the scenario's own"),
});

/** Leaves out what a file does not give. */
function planOf(given: Readonly<Record<string, unknown>>): FaultPlan {
  const entries = Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [[name, typeof value === 'object' ? planOf(value as Record<string, unknown>) : value]];
  });
  return Object.fromEntries(entries) as FaultPlan;
}

/** Pulls a part off, or puts it back. */
function connect({ fob }: World, name: PartName, connected: boolean): void {
  if (fob.inspect().parts === undefined) throw new StepFailed(`A ${fob.board} has no parts to pull off.`);
  fob.setPart(name, connected);
}

/** Steps that break something. */
export const faultSteps = [
  step(
    'faults',
    'from now on the faults of this plan strike, 1/N on one occasion in N; without a value no fault strikes',
    byKind({ nothing, map: plan }),
    (world, given) => world.fob.setFaults(given === null ? {} : planOf(given)),
  ),
  step('disconnect', 'pull a part off the board', part, (world, name) => connect(world, name, false)),
  step('connect', 'put a part back', part, (world, name) => connect(world, name, true)),
  step(
    'fail crypto call',
    'a call of the crypto library finds no memory: the number of this call from now on, 1 for the next',
    number(1, OPERATIONS_AHEAD_MAX),
    (world, n) => world.fob.failCryptoCall(n),
  ),
  step(
    'expect no complaints',
    'the console is empty, and the image did nothing that harms a real board; each scenario ends with this step by itself',
    nothing,
    ({ fob }) => {
      const complaints = [fob.consoleText().trim(), ...fob.violations].filter(line => line !== '');
      if (complaints.length > 0) {
        throw new StepFailed('The image printed to the console, or would harm a real board.', {
          expected: [],
          shown: complaints.join('\n').split('\n'),
        });
      }
    },
  ),
];
