import { ProcessorFault } from './fault.ts';

/**
 * Returns where a branch to `target` goes on: its bit 0 says Thumb, and the processor knows no other state (ARMv7-M ARM
 * A2.3.1, BXWritePC).
 * @throws ProcessorFault `invalid-state` for an even target, once the instruction has done everything else
 */
export function thumb(target: number): number {
  if ((target & 1) === 0) throw new ProcessorFault('invalid-state', target);
  return target & ~1;
}
