import type { Randomness } from '@passfob/simulator/base/randomness';
import type { Operands } from './operands.ts';
import {
  APSR,
  BASEPRI,
  CONTROL,
  FAULTMASK,
  FPSCR,
  IPSR,
  OTHER_SP,
  PRIMASK,
  S0,
  STATE_NUMBERS,
} from './processor-state.ts';

/** The part of RAM that addresses point to: all offsets of an instruction stay within the RAM. */
const MIDDLE = 0x2000_4000;
const MIDDLE_BYTES = 1024;
const DEVICE = 0x4000_4000;
/** What is added to addresses is less. */
const INDEX_MAX = 1024;
const SP = 13;
/** CONTROL.FPCA is set, as after any earlier floating-point instruction; MSR does not change it in Unicorn. */
const FPCA = 4;
/** An exception: SysTick. */
const HANDLER = 15;

/** Not 0x80008000: Unicorn sets Q for it in SMLAD even where the sum fits. */
const EDGES: readonly [number, ...number[]] = [
  0, 1, -1, 0x7fff_ffff, -0x8000_0000, 0x8000, 0x7fff, 0x7fff_8000, -0x7fff_8001, 0x80, 0x7f80_807f, 0xffff,
];
/** Zeros, infinities, quiet and signalling NaNs, subnormal numbers, 1, the largest number, halves. */
const FLOATS: readonly [number, ...number[]] = [
  0, -0x8000_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0x7f80_0001, 0xffc1_2345, 1, 0x807f_ffff,
  0x0080_0000, 0x3f80_0000, 0x7f7f_ffff, 0x3f00_0000, 0xbfc0_0000, 0x4f00_0000, 0xcf00_0000, 0x4f80_0000,
];

const oneIn = (random: Randomness, count: number): boolean => random.below(count) === 0;

function integer(random: Randomness): number {
  switch (random.below(4)) {
    case 0:
      return random.pick(EDGES);
    case 1:
      return random.below(64);
    default:
      return random.word();
  }
}

function float(random: Randomness): number {
  switch (random.below(4)) {
    case 0:
      return random.pick(FLOATS);
    case 1: // A number near 1.
      return (
        (random.word() & 0x807f_ffff) | ((0x3f80_0000 + random.below(8) * 0x80_0000 - 0x0200_0000) >>> 0)
      );
    case 2: // A whole number.
      return new Int32Array(Float32Array.of(random.below(65_536) - 32_768).buffer)[0] ?? 0;
    default:
      return random.word();
  }
}

function pointer(random: Randomness, isAligned: boolean, mayBeDevice: boolean): number {
  const offset = random.below(MIDDLE_BYTES);
  const isEven = isAligned || random.below(3) > 0;
  if (mayBeDevice && oneIn(random, 8)) return DEVICE + (offset & ~3);
  return MIDDLE + (isEven ? offset & ~3 : offset);
}

/** N and Z never come together: our core keeps a result in their place, and no instruction but MSR sets both. */
function apsr(random: Randomness): number {
  const bits = random.word() & 0xf80f_0000;
  return (bits & 0xc000_0000) >>> 0 === 0xc000_0000 ? bits & 0x7fff_ffff : bits;
}

function setOperands(random: Randomness, state: Int32Array, operands: Operands): void {
  const {
    base = SP,
    index = SP,
    target = SP,
    flags = SP,
    mask = SP,
    control = SP,
    isAligned = false,
    mayBeDevice = true,
  } = operands;
  if (index !== SP) state[index] = random.below(INDEX_MAX);
  if (base !== SP) state[base] = pointer(random, isAligned, mayBeDevice);
  if (target !== SP) state[target] = (random.word() >>> 4) | 1;
  if (flags !== SP) state[flags] = apsr(random);
  if (control !== SP) state[control] = FPCA | random.below(4);
  if (mask !== SP) state[mask] = (random.word() & ~255) | (random.below(16) << 4);
}

/**
 * Thread mode with and without privileges and with either stack, and a handler: not for MSR CONTROL, with which a handler
 * chooses a stack in Unicorn, against the manual (ARMv7-M ARM B5.2.3).
 */
function setMode(random: Randomness, state: Int32Array, { control }: Operands): void {
  const isHandler = control === undefined && oneIn(random, 3);
  state[IPSR] = isHandler ? HANDLER : 0;
  state[CONTROL] = FPCA | (isHandler ? 0 : random.below(4));
}

/** Returns a state for instructions from `pc` on whose registers have these roles. */
export function randomState(random: Randomness, pc: number, ...operands: readonly Operands[]): Int32Array {
  const state = new Int32Array(STATE_NUMBERS);
  for (let n = 0; n < 13; n++) state[n] = integer(random);
  state[SP] = pointer(random, true, false);
  state[14] = integer(random);
  for (const each of operands) setOperands(random, state, each);
  state[15] = pc | 1;
  state[APSR] = apsr(random);
  state[PRIMASK] = random.below(2);
  state[BASEPRI] = random.below(16) << 4;
  state[FAULTMASK] = random.below(2);
  state[CONTROL] = FPCA;
  for (const each of operands) if (each.isPrivileged) setMode(random, state, each);
  state[OTHER_SP] = pointer(random, true, false);
  state[FPSCR] = apsr(random) & 0xf000_0000;
  for (let n = 0; n < 32; n++) state[S0 + n] = float(random);
  return state;
}
