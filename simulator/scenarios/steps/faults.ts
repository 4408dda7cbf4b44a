import type { BusFault, FaultName, FaultPlace, FaultPlan } from '../../base/fault-plan.ts';
import { FAULT_ODDS_MAX } from '../../base/limits.ts';
import { FAULT_KINDS } from '../../faults/names.ts';
import { FAULTS } from '../../faults/table.ts';
import { OPERATIONS_AHEAD_MAX, TRANSFERS_MAX } from '../base/limits.ts';
import { StepFailed } from '../base/place.ts';
import { byKind, choice, field, list, map, nothing, number, required } from '../base/shapes.ts';
import { step } from '../base/step.ts';

const SEED_MAX = Number.MAX_SAFE_INTEGER;
const odds = number(0, FAULT_ODDS_MAX);
const part = choice('display', 'clock', 'eeprom');

const planned = map({
  transfer: required(number(1, OPERATIONS_AHEAD_MAX), 'number of the transfer, 1 for the next'),
  fault: required(choice('fail', 'late', 'hang'), 'how it fails'),
});
const busAt = field(
  list(planned, 'a list of transfers with their faults', TRANSFERS_MAX),
  'faults by number',
);

/** With the occasions on which it may strike. */
const doesOf = (name: FaultName) => `1 in N: ${FAULTS[name].on}; ${FAULTS[name].does}`;

/** The faults of one place, each by its odds: N for one occasion in N. */
function faultsOf(place: FaultPlace) {
  const kinds = FAULT_KINDS[place].map(kind => [kind, field(odds, doesOf(`${place}.${kind}` as FaultName))]);
  return map({ ...Object.fromEntries(kinds), ...(place === 'bus' && { at: busAt }) });
}

const places = Object.keys(FAULT_KINDS) as FaultPlace[];
const plan = map({
  ...Object.fromEntries(places.map(place => [place, field(faultsOf(place), `faults of ${place}`)])),
  seed: field(number(0, SEED_MAX), "the scenario's own"),
});

interface PlannedFault {
  readonly transfer: number;
  readonly fault: BusFault;
}

/** Leaves out what a file does not give, and turns the list of planned faults into the form of a plan. */
function planOf(given: Readonly<Record<string, unknown>>): FaultPlan {
  const entries = Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (name === 'at') {
      return [[name, Object.fromEntries((value as PlannedFault[]).map(one => [one.transfer, one.fault]))]];
    }
    return [[name, typeof value === 'object' ? planOf(value as Record<string, unknown>) : value]];
  });
  return Object.fromEntries(entries) as FaultPlan;
}

/** Steps that break something. */
export const faultSteps = [
  step(
    'faults',
    'from now on faults strike by this plan, each on one occasion in N; without a value none do',
    byKind({ nothing, map: plan }),
    (world, given) => world.fob.setFaults(given === null ? {} : planOf(given)),
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
