import type { FaultName, FaultPlace, FaultPlan } from '../base/fault-plan.ts';

type Kinds<P extends FaultPlace> = readonly Exclude<keyof Required<FaultPlan>[P], 'at'>[];

/** The faults of each place, in the order of the documents. */
export const FAULT_KINDS: { readonly [P in FaultPlace]: Kinds<P> } = {
  wire: ['flip', 'drop', 'duplicate', 'truncate', 'noise', 'flow', 'console', 'delay', 'stall'],
  bus: ['fail', 'late', 'hang'],
  memory: ['torn', 'stuck', 'worn', 'full'],
  clock: ['stop', 'jump'],
  power: ['cut', 'brownout'],
  buttons: ['bounce', 'stuck', 'deaf'],
  battery: ['dead', 'low'],
  temperature: ['cold', 'hot'],
  crystal: ['absent', 'slow'],
};

export const FAULT_NAMES = Object.entries(FAULT_KINDS).flatMap(([place, kinds]) =>
  kinds.map(kind => `${place}.${kind}`),
) as readonly FaultName[];
