import * as places from '@passfob/emulator/core/places';

/**
 * The state of a processor as both sides are compared by it: numbers in the order of `struct state` in `oracle/state.h`. The
 * sixteen core registers come first.
 */
export const STATE_NUMBERS = 57;
export const APSR = 16;
export const IPSR = 17;
export const PRIMASK = 18;
export const BASEPRI = 19;
export const FAULTMASK = 20;
export const CONTROL = 21;
export const OTHER_SP = 22;
export const FPSCR = 23;
export const S0 = 24;
/** The IT bits of EPSR, which our core does not keep: it knows conditions by the addresses of instructions. */
export const IT = 56;

const NAMES = [
  ...Array.from({ length: 13 }, (_, n) => `R${n}`),
  ...['SP', 'LR', 'PC', 'APSR', 'IPSR', 'PRIMASK', 'BASEPRI', 'FAULTMASK', 'CONTROL', 'other SP', 'FPSCR'],
  ...Array.from({ length: 32 }, (_, n) => `S${n}`),
];

/** Bits of APSR (ARMv7-M ARM B1.4.2). */
const N = 1 << 31;
const Z = 1 << 30;
const C = 1 << 29;
const V = 1 << 28;
const Q = 1 << 27;
const GE0 = 16;

/** Numbers that lie in the same order on both sides. */
const SAME = [
  [IPSR, places.IPSR],
  [PRIMASK, places.PRIMASK],
  [BASEPRI, places.BASEPRI],
  [FAULTMASK, places.FAULTMASK],
  [CONTROL, places.CONTROL],
  [OTHER_SP, places.OTHER_SP],
  [FPSCR, places.FPSCR],
] as const;

function apsrOf(from: Int32Array): number {
  const nz = from[places.NZ] ?? 0;
  let apsr = nz < 0 ? N : 0;
  if (nz === 0) apsr |= Z;
  if (from[places.CARRY]) apsr |= C;
  if ((from[places.OVERFLOW] ?? 0) < 0) apsr |= V;
  if (from[places.SATURATED]) apsr |= Q;
  for (let lane = 0; lane < 4; lane++) {
    if (((from[places.GREATER] ?? 0) >>> (lane * 8)) & 1) apsr |= 1 << (GE0 + lane);
  }
  return apsr;
}

function placeApsr(apsr: number, to: Int32Array): void {
  to[places.NZ] = apsr & Z ? 0 : apsr & N ? -1 : 1;
  to[places.CARRY] = apsr & C ? 1 : 0;
  to[places.OVERFLOW] = apsr & V ? -1 : 0;
  to[places.SATURATED] = apsr & Q ? 1 : 0;
  let greater = 0;
  for (let lane = 0; lane < 4; lane++) if (apsr & (1 << (GE0 + lane))) greater |= 0xff << (lane * 8);
  to[places.GREATER] = greater;
}

/** Returns the state of our core. The T bit counts as set: without it the core has thrown a fault. */
export function stateOf(from: Int32Array): Int32Array {
  const state = new Int32Array(STATE_NUMBERS);
  state.set(from.subarray(0, 16));
  state[places.PC] = (from[places.PC] ?? 0) | 1;
  state[APSR] = apsrOf(from);
  for (const [at, place] of SAME) state[at] = from[place] ?? 0;
  state.set(from.subarray(places.S0, places.S0 + 32), S0);
  return state;
}

/** Puts a state into our core. */
export function placeState(state: Int32Array, to: Int32Array): void {
  to.set(state.subarray(0, 16));
  to[places.PC] = (state[places.PC] ?? 0) & ~1;
  placeApsr(state[APSR] ?? 0, to);
  for (const [at, place] of SAME) to[place] = state[at] ?? 0;
  to.set(state.subarray(S0, S0 + 32), places.S0);
  to[places.ASLEEP] = 0;
}

export const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

/** Returns `R0 is 00000001, not 00000002` for each number that differs. */
export function differences(ours: Int32Array, expected: Int32Array): string[] {
  return NAMES.flatMap((name, at) => {
    const [is, should] = [ours[at] ?? 0, expected[at] ?? 0];
    return is === should ? [] : [`${name} is ${hex(is)}, not ${hex(should)}`];
  });
}
