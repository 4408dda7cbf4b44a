import { KEPT } from './commands.ts';
import { APSR, CONTROL, differences, FAULTMASK, FPSCR, IPSR, IT, OTHER_SP, S0 } from './processor-state.ts';

/** What an exception does between two instructions, as the manual says, apart from our implementation of it. */
export interface ExceptionChange {
  readonly kind: 'entry' | 'return' | 'tail chain';
  /** The state of the processor afterwards. */
  readonly state: Int32Array;
  /** The frame that it pushes: words from an address on. */
  readonly frame?: { readonly address: number; readonly parts: readonly (readonly [number, Int32Array])[] };
}

export interface ExceptionMemory {
  /** Reads a word. */
  word(address: number): number;
  /** VTOR. */
  readonly vectors: number;
}

/** IP is the twelfth register. */
const [IP, SP, LR, PC] = [12, 13, 14, 15];
const SPSEL = 2;
const FPCA = 4;
const THUMB = 1 << 24;
const REALIGNED = 1 << 9;
const BASIC_BYTES = 0x20;
const EXTENDED_BYTES = 0x68;

const at = (state: Int32Array, index: number): number => state[index] ?? 0;

function goToHandler(state: Int32Array, number: number, link: number, memory: ExceptionMemory): void {
  state[LR] = link;
  state[IPSR] = number;
  state[CONTROL] = at(state, CONTROL) & ~(SPSEL | FPCA);
  state[PC] = memory.word(memory.vectors + 4 * number) | 1;
  state[IT] = 0;
}

/** ARMv7-M ARM B1.5.6 */
function entry(before: Int32Array, number: number, memory: ExceptionMemory): ExceptionChange {
  const state = before.slice();
  const isExtended = (at(before, CONTROL) & FPCA) !== 0;
  const isThread = at(before, IPSR) === 0;
  const isProcess = isThread && (at(before, CONTROL) & SPSEL) !== 0;
  const sp = at(before, SP);
  const isRealigned = (sp & 4) !== 0;
  const address = (sp - (isExtended ? EXTENDED_BYTES : BASIC_BYTES)) & ~7;
  const status = at(before, APSR) | at(before, IPSR) | THUMB | (isRealigned ? REALIGNED : 0);
  const integers = [...before.subarray(0, 4), at(before, IP), at(before, LR), at(before, PC) & ~1, status];
  const parts: [number, Int32Array][] = [[address, Int32Array.from(integers)]];
  if (isExtended)
    parts.push([address + 32, Int32Array.from([...before.subarray(S0, S0 + 16), at(before, FPSCR)])]);
  state[SP] = isProcess ? at(before, OTHER_SP) : address;
  if (isProcess) state[OTHER_SP] = address;
  const link = 0xffff_ffe1 | (isThread ? 8 : 0) | (isProcess ? 4 : 0) | (isExtended ? 0 : 16);
  goToHandler(state, number, link, memory);
  return { kind: 'entry', state, frame: { address, parts } };
}

/** ARMv7-M ARM B1.5.8; the PC is an EXC_RETURN. */
function leave(before: Int32Array, memory: ExceptionMemory): ExceptionChange {
  const state = before.slice();
  const link = at(before, PC);
  const isExtended = (link & 16) === 0;
  const isProcess = (link & 4) !== 0;
  const address = at(before, isProcess ? OTHER_SP : SP);
  const frame = (index: number): number => memory.word(address + 4 * index);
  for (let index = 0; index < 4; index++) state[index] = frame(index);
  state[IP] = frame(4);
  state[LR] = frame(5);
  state[PC] = frame(6) | 1;
  const status = frame(7);
  state[APSR] = status & 0xf80f_0000;
  state[IPSR] = status & 0x1ff;
  state[FAULTMASK] = 0;
  state[CONTROL] =
    (at(before, CONTROL) & ~(FPCA | SPSEL)) | (isExtended ? FPCA : 0) | (isProcess ? SPSEL : 0);
  if (isExtended) {
    for (let index = 0; index < 16; index++) state[S0 + index] = frame(8 + index);
    state[FPSCR] = frame(24);
  }
  const sp = address + (isExtended ? EXTENDED_BYTES : BASIC_BYTES) + (status & REALIGNED ? 4 : 0);
  if (isProcess) state[OTHER_SP] = at(before, SP);
  state[SP] = sp;
  state[IT] = KEPT;
  return { kind: 'return', state };
}

/** ARMv7-M ARM B1.5.12; the PC is an EXC_RETURN. */
function chain(before: Int32Array, number: number, memory: ExceptionMemory): ExceptionChange {
  const state = before.slice();
  goToHandler(state, number, at(before, PC), memory);
  return { kind: 'tail chain', state };
}

const isReturn = (state: Int32Array): boolean => at(state, PC) >>> 28 === 0xf;

/** Returns the exceptions that lead from one state to another, or undefined if none do. */
export function exceptionsBetween(before: Int32Array, after: Int32Array, memory: ExceptionMemory) {
  const number = at(after, IPSR);
  const leads = (change: ExceptionChange): boolean => differences(change.state, after).length === 0;
  if (!isReturn(before)) {
    const entered = entry(before, number, memory);
    return leads(entered) ? [entered] : undefined;
  }
  const first = [leave(before, memory), chain(before, number, memory)].find(leads);
  if (first) return [first];
  const left = leave(before, memory);
  const entered = entry(left.state, number, memory);
  return leads(entered) ? [left, entered] : undefined;
}
