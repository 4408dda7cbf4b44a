import type { FaultName, FaultPlace, FaultPlan } from '../base/fault-plan.ts';
import { FAULT_ODDS_MAX } from '../base/limits.ts';
import { isObject } from '../base/objects.ts';
import { oddsOf } from './draw.ts';
import { FAULT_KINDS, FAULT_NAMES } from './names.ts';

/** A plan that cannot be used; the message says why, in one sentence. */
export class BadPlan extends Error {}

const BUS_FAULT_KINDS: readonly unknown[] = FAULT_KINDS.bus;

function checkOdds(name: string, odds: unknown): void {
  if (Number.isSafeInteger(odds) && Number(odds) >= 0 && Number(odds) <= FAULT_ODDS_MAX) return;
  throw new BadPlan(`the odds of ${name} must be a whole number N up to ${FAULT_ODDS_MAX}, for 1 in N`);
}

function checkPlanned(at: unknown): void {
  const isRight =
    isObject(at) &&
    Object.entries(at).every(([number, kind]) => /^[1-9]\d*$/.test(number) && BUS_FAULT_KINDS.includes(kind));
  if (!isRight) throw new BadPlan('bus.at takes numbers of transfers, each with fail, late or hang');
}

/** Checks a plan that comes from outside. @throws BadPlan */
export function checkedPlan(plan: unknown): FaultPlan {
  if (!isObject(plan)) throw new BadPlan('a plan is an object such as {"wire":{"drop":20}}');
  for (const [place, faults] of Object.entries(plan)) {
    if (place === 'seed') {
      if (!Number.isSafeInteger(faults)) throw new BadPlan('the seed of a plan must be a whole number');
      continue;
    }
    if (!Object.hasOwn(FAULT_KINDS, place)) {
      throw new BadPlan(`there are no such faults; the places are ${Object.keys(FAULT_KINDS).join(', ')}`);
    }
    const kinds: readonly string[] = FAULT_KINDS[place as FaultPlace];
    if (!isObject(faults)) throw new BadPlan(`${place} must name its faults: ${kinds.join(', ')}`);
    for (const [kind, odds] of Object.entries(faults)) {
      if (place === 'bus' && kind === 'at') checkPlanned(odds);
      else if (kinds.includes(kind)) checkOdds(`${place}.${kind}`, odds);
      else throw new BadPlan(`${place} has no such fault; it has ${kinds.join(', ')}`);
    }
  }
  return plan;
}

/** Reads a plan such as `wire.drop=1/20,bus.fail=1/500`; the empty text is a plan without faults. @throws BadPlan */
export function planOfText(text: string): FaultPlan {
  const plan: Record<string, Record<string, number>> = {};
  for (const part of text.split(',').filter(Boolean)) {
    const [, place = '', kind = '', odds] = /^([a-z]+)\.([a-z]+)=1\/(\d{1,9})$/.exec(part.trim()) ?? [];
    if (odds === undefined) throw new BadPlan('a fault is written NAME=1/N, such as wire.drop=1/20');
    plan[place] = { ...plan[place], [kind]: Number(odds) };
  }
  return checkedPlan(plan);
}

/** Returns the faults of a plan that have odds. */
export function plannedFaults(plan: FaultPlan): FaultName[] {
  return FAULT_NAMES.filter(name => oddsOf(plan, name) > 0);
}

/** Writes the odds of a plan as `planOfText` reads them. */
export function planText(plan: FaultPlan): string {
  return plannedFaults(plan)
    .map(name => `${name}=1/${oddsOf(plan, name)}`)
    .join(',');
}
