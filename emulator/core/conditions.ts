import type { Executor } from './form.ts';
import { CARRY, NZ, OVERFLOW } from './places.ts';

/** The condition that always holds (ARMv7-M ARM A7.3). */
export const ALWAYS = 14;

/** By condition code: executes an instruction where the condition holds, else goes on with the next one. */
const guards: readonly ((r: Int32Array, execute: Executor, next: number) => Executor)[] = [
  (r, execute, next) => () => (r[NZ] === 0 ? execute() : next),
  (r, execute, next) => () => (r[NZ] !== 0 ? execute() : next),
  (r, execute, next) => () => (r[CARRY] !== 0 ? execute() : next),
  (r, execute, next) => () => (r[CARRY] === 0 ? execute() : next),
  (r, execute, next) => () => ((r[NZ] ?? 0) < 0 ? execute() : next),
  (r, execute, next) => () => ((r[NZ] ?? 0) >= 0 ? execute() : next),
  (r, execute, next) => () => ((r[OVERFLOW] ?? 0) < 0 ? execute() : next),
  (r, execute, next) => () => ((r[OVERFLOW] ?? 0) >= 0 ? execute() : next),
  (r, execute, next) => () => (r[CARRY] !== 0 && r[NZ] !== 0 ? execute() : next),
  (r, execute, next) => () => (r[CARRY] === 0 || r[NZ] === 0 ? execute() : next),
  (r, execute, next) => () => (isSameSign(r) ? execute() : next),
  (r, execute, next) => () => (isSameSign(r) ? next : execute()),
  (r, execute, next) => () => (r[NZ] !== 0 && isSameSign(r) ? execute() : next),
  (r, execute, next) => () => (r[NZ] === 0 || !isSameSign(r) ? execute() : next),
];

/** By condition code: branches where the condition holds. Apart from the guards because these are most frequent. */
const branches: readonly ((r: Int32Array, target: number, next: number) => Executor)[] = [
  (r, target, next) => () => (r[NZ] === 0 ? target : next),
  (r, target, next) => () => (r[NZ] !== 0 ? target : next),
  (r, target, next) => () => (r[CARRY] !== 0 ? target : next),
  (r, target, next) => () => (r[CARRY] === 0 ? target : next),
  (r, target, next) => () => ((r[NZ] ?? 0) < 0 ? target : next),
  (r, target, next) => () => ((r[NZ] ?? 0) >= 0 ? target : next),
  (r, target, next) => () => ((r[OVERFLOW] ?? 0) < 0 ? target : next),
  (r, target, next) => () => ((r[OVERFLOW] ?? 0) >= 0 ? target : next),
  (r, target, next) => () => (r[CARRY] !== 0 && r[NZ] !== 0 ? target : next),
  (r, target, next) => () => (r[CARRY] === 0 || r[NZ] === 0 ? target : next),
  (r, target, next) => () => (isSameSign(r) ? target : next),
  (r, target, next) => () => (isSameSign(r) ? next : target),
  (r, target, next) => () => (r[NZ] !== 0 && isSameSign(r) ? target : next),
  (r, target, next) => () => (r[NZ] === 0 || !isSameSign(r) ? target : next),
];

/** N = V */
function isSameSign(r: Int32Array): boolean {
  return ((r[NZ] ?? 0) ^ (r[OVERFLOW] ?? 0)) >= 0;
}

/** Returns an executor that does nothing where the condition does not hold. */
export function guarded(r: Int32Array, condition: number, execute: Executor, next: number): Executor {
  return guards[condition]?.(r, execute, next) ?? execute;
}

/** Returns the executor of a conditional branch; undefined for codes that are no condition. */
export function branchIf(
  r: Int32Array,
  condition: number,
  target: number,
  next: number,
): Executor | undefined {
  return branches[condition]?.(r, target, next);
}
