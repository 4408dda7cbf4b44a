import type { Core } from '../core/core.ts';
import { BUS_FAULT, HARD_FAULT, MEM_MANAGE, USAGE_FAULT } from '../core/exception-numbers.ts';
import { ProcessorFault } from '../core/fault.ts';
import { LR, PC, SP } from '../core/places.ts';
import { programStatus } from '../core/status.ts';
import { REPORTED_STACK } from './limits.ts';

/** A fault with the state of the processor in which it happened. */
export interface ProcessorFaultReport {
  readonly fault: ProcessorFault;
  /** The exception that handles it; 0 where none can: the processor locks up (ARMv7-M ARM B1.5.15). */
  readonly exception: number;
  /** r0 to r15. */
  readonly registers: readonly number[];
  readonly statusWord: number;
  /** Words from the stack pointer upwards, fewer at the end of the memory. */
  readonly stack: readonly number[];
  /** In ticks. */
  readonly time: number;
}

const HANDLERS: Readonly<Record<number, string>> = {
  [HARD_FAULT]: 'HardFault',
  [MEM_MANAGE]: 'MemManage',
  [BUS_FAULT]: 'BusFault',
  [USAGE_FAULT]: 'UsageFault',
};

function readStack(core: Core): number[] {
  const stack: number[] = [];
  const top = (core.places[SP] ?? 0) & ~3;
  try {
    while (stack.length < REPORTED_STACK) stack.push(core.load(top + 4 * stack.length) >>> 0);
  } catch (error) {
    if (!(error instanceof ProcessorFault)) throw error;
  }
  return stack;
}

export function reportFault(
  core: Core,
  fault: ProcessorFault,
  exception: number,
  time: number,
): ProcessorFaultReport {
  return {
    fault,
    exception,
    registers: Array.from(core.places.subarray(0, PC + 1), value => value >>> 0),
    statusWord: programStatus(core.places) >>> 0,
    stack: readStack(core),
    time,
  };
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

/** A few lines for a person: the kind, the addresses, the registers and the top of the stack. */
export function describeFault(report: ProcessorFaultReport): string {
  const { fault, exception, registers, statusWord, stack } = report;
  const handler = exception === 0 ? 'lockup' : (HANDLERS[exception] ?? `exception ${exception}`);
  const at = (register: number): string => hex(registers[register] ?? 0);
  const rows = (values: readonly string[]): string =>
    Array.from({ length: Math.ceil(values.length / 8) }, (_, row) =>
      values.slice(8 * row, 8 * row + 8).join(' '),
    )
      .map(row => `\n    ${row}`)
      .join('');
  return [
    `${handler}: ${fault.kind} at ${hex(fault.address)}`,
    `  pc ${at(PC)}  lr ${at(LR)}  sp ${at(SP)}  xpsr ${hex(statusWord)}`,
    `  r0 to r12${rows(registers.slice(0, 13).map(hex))}`,
    `  stack${rows(stack.map(hex))}`,
  ].join('\n');
}
