import { BASEPRI, FAULTMASK, PRIMASK } from '../core/places.ts';
import { type ExceptionState, LOWEST_PRIORITY } from './exception-state.ts';

/** The priority of the code that runs, raised by the mask registers (ARMv7-M ARM B1.5.4, ExecutionPriority). */
export function executionPriority(state: ExceptionState, places: Int32Array, ignoresPrimask = false): number {
  const base = (places[BASEPRI] ?? 0) & 0xff;
  let priority = Math.min(state.activePriority, base === 0 ? LOWEST_PRIORITY : state.groupPriority(base));
  if (!ignoresPrimask && (places[PRIMASK] ?? 0) & 1) priority = Math.min(priority, 0);
  if ((places[FAULTMASK] ?? 0) & 1) priority = Math.min(priority, -1);
  return priority;
}

/** Tells whether the first pending exception interrupts the code that runs. */
export function preempts(state: ExceptionState, places: Int32Array): boolean {
  const { first } = state;
  return first !== 0 && state.groupPriority(state.priority(first)) < executionPriority(state, places);
}

/** Tells whether a pending exception ends WFI: as `preempts`, but PRIMASK does not count (B1.5.19). */
export function wakes(state: ExceptionState, places: Int32Array): boolean {
  const { first } = state;
  return first !== 0 && state.groupPriority(state.priority(first)) < executionPriority(state, places, true);
}
