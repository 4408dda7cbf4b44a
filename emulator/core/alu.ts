import type { DecodeContext, Executor } from './form.ts';
import { CARRY, NZ, OVERFLOW, SP } from './places.ts';

/** Makes the executor of `d = n ∘ m`, all three of them places. */
type Binary = (r: Int32Array, next: number, d: number, n: number, m: number) => Executor;

/** Operations of data processing that set no flags. */
const withoutFlags = {
  AND: (r, next, d, n, m) => () => {
    r[d] = (r[n] ?? 0) & (r[m] ?? 0);
    return next;
  },
  BIC: (r, next, d, n, m) => () => {
    r[d] = (r[n] ?? 0) & ~(r[m] ?? 0);
    return next;
  },
  ORR: (r, next, d, n, m) => () => {
    r[d] = (r[n] ?? 0) | (r[m] ?? 0);
    return next;
  },
  ORN: (r, next, d, n, m) => () => {
    r[d] = (r[n] ?? 0) | ~(r[m] ?? 0);
    return next;
  },
  EOR: (r, next, d, n, m) => () => {
    r[d] = (r[n] ?? 0) ^ (r[m] ?? 0);
    return next;
  },
  MOV: (r, next, d, _, m) => () => {
    r[d] = r[m] ?? 0;
    return next;
  },
  MVN: (r, next, d, _, m) => () => {
    r[d] = ~(r[m] ?? 0);
    return next;
  },
  ADD: (r, next, d, n, m) => () => {
    r[d] = (r[n] ?? 0) + (r[m] ?? 0);
    return next;
  },
  SUB: (r, next, d, n, m) => () => {
    r[d] = (r[n] ?? 0) - (r[m] ?? 0);
    return next;
  },
  RSB: (r, next, d, n, m) => () => {
    r[d] = (r[m] ?? 0) - (r[n] ?? 0);
    return next;
  },
  ADC: (r, next, d, n, m) => () => {
    r[d] = (r[n] ?? 0) + (r[m] ?? 0) + (r[CARRY] ?? 0);
    return next;
  },
  SBC: (r, next, d, n, m) => () => {
    r[d] = (r[n] ?? 0) + ~(r[m] ?? 0) + (r[CARRY] ?? 0);
    return next;
  },
  MUL: (r, next, d, n, m) => () => {
    r[d] = Math.imul(r[n] ?? 0, r[m] ?? 0);
    return next;
  },
} satisfies Record<string, Binary>;

export type AluOperation = keyof typeof withoutFlags;

/** The operations whose carry flag comes from the shifter or an immediate (ARMv7-M ARM A5.3.2). */
export const LOGICAL: ReadonlySet<AluOperation> = new Set(['AND', 'BIC', 'ORR', 'ORN', 'EOR', 'MOV', 'MVN']);

/** x + y + the carry, with all flags (ARMv7-M ARM A2.2.1, AddWithCarry). */
function addWithCarry(r: Int32Array, d: number, x: number, y: number): void {
  const sum = (x >>> 0) + (y >>> 0) + (r[CARRY] ?? 0);
  const result = sum | 0;
  r[CARRY] = sum > 0xffff_ffff ? 1 : 0;
  r[OVERFLOW] = (x ^ result) & (y ^ result);
  r[NZ] = result;
  r[d] = result;
}

/** x − y, with all flags: the carry is set where nothing is borrowed. */
function subtract(r: Int32Array, d: number, x: number, y: number): void {
  const result = (x - y) | 0;
  r[CARRY] = x >>> 0 >= y >>> 0 ? 1 : 0;
  r[OVERFLOW] = (x ^ y) & (x ^ result);
  r[NZ] = result;
  r[d] = result;
}

/** The same operations with flags: logical ones and MUL leave C and V. */
const withFlags: Record<AluOperation, Binary> = {
  AND: (r, next, d, n, m) => () => {
    const result = (r[n] ?? 0) & (r[m] ?? 0);
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  BIC: (r, next, d, n, m) => () => {
    const result = (r[n] ?? 0) & ~(r[m] ?? 0);
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  ORR: (r, next, d, n, m) => () => {
    const result = (r[n] ?? 0) | (r[m] ?? 0);
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  ORN: (r, next, d, n, m) => () => {
    const result = (r[n] ?? 0) | ~(r[m] ?? 0);
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  EOR: (r, next, d, n, m) => () => {
    const result = (r[n] ?? 0) ^ (r[m] ?? 0);
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  MOV: (r, next, d, _, m) => () => {
    const result = r[m] ?? 0;
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  MVN: (r, next, d, _, m) => () => {
    const result = ~(r[m] ?? 0);
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  MUL: (r, next, d, n, m) => () => {
    const result = Math.imul(r[n] ?? 0, r[m] ?? 0);
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  ADD: (r, next, d, n, m) => () => {
    const x = r[n] ?? 0;
    const y = r[m] ?? 0;
    const result = (x + y) | 0;
    r[CARRY] = result >>> 0 < x >>> 0 ? 1 : 0;
    r[OVERFLOW] = (x ^ result) & (y ^ result);
    r[NZ] = result;
    r[d] = result;
    return next;
  },
  SUB: (r, next, d, n, m) => () => {
    subtract(r, d, r[n] ?? 0, r[m] ?? 0);
    return next;
  },
  RSB: (r, next, d, n, m) => () => {
    subtract(r, d, r[m] ?? 0, r[n] ?? 0);
    return next;
  },
  ADC: (r, next, d, n, m) => () => {
    addWithCarry(r, d, r[n] ?? 0, r[m] ?? 0);
    return next;
  },
  SBC: (r, next, d, n, m) => () => {
    addWithCarry(r, d, r[n] ?? 0, ~(r[m] ?? 0));
    return next;
  },
};

/** Returns the executor of `d = n ∘ m`; all three are places. MOV and MVN do not read `n`. */
export function compute(
  { r, next }: DecodeContext,
  operation: AluOperation,
  setsFlags: boolean,
  d: number,
  n: number,
  m: number,
): Executor {
  const execute = (setsFlags ? withFlags : withoutFlags)[operation](r, next, d, n, m);
  return d === SP ? alignStackPointer(r, execute) : execute;
}

/** Clears the two low bits of SP, which always read as zero (ARMv7-M ARM B1.4.1). */
export function alignStackPointer(r: Int32Array, execute: Executor): Executor {
  return () => {
    const next = execute();
    r[SP] = (r[SP] ?? 0) & ~3;
    return next;
  };
}
