import { ProcessorFault } from './fault.ts';
import { type DecodeContext, type Executor, form, literalBase } from './form.ts';
import { thumb } from './interworking.ts';
import { LR, PC, SCRATCH, SP } from './places.ts';

/** Loads and stores of many words do not align addresses, and do not allow others (ARMv7-M ARM A3.2.1). */
export function checkAligned(address: number): void {
  if ((address & 3) !== 0) throw new ProcessorFault('unaligned', address);
}

/** The registers of a list, in the order of their addresses. */
const registersOf = (list: number) => [...Array(16).keys()].filter(n => ((list >>> n) & 1) === 1);

/** The block of words that an instruction loads or stores. */
interface Block {
  /** The base register. */
  readonly n: number;
  /** Bits of registers. */
  readonly list: number;
  /** Whether the block lies below the base, and the base moves down. */
  readonly isBelow: boolean;
  readonly writesBack: boolean;
}

function loadMany({ r, memory, next }: DecodeContext, block: Block): Executor | undefined {
  const { n, list, isBelow, writesBack } = block;
  const isUnpredictable = (list & (1 << SP)) !== 0 || (writesBack && ((list >>> n) & 1) === 1);
  if (list === 0 || isUnpredictable || n === PC) return undefined;
  const isBranch = list >>> PC === 1;
  const hasBase = ((list >>> n) & 1) === 1;
  // The base changes last, so that a fault in the middle leaves it.
  const targets = registersOf(list & 0x7fff).map(target => (target === n ? SCRATCH : target));
  const bytes = 4 * registersOf(list).length;
  return () => {
    const base = r[n] ?? 0;
    let address = isBelow ? base - bytes : base;
    checkAligned(address);
    for (let index = 0; index < targets.length; index++) {
      r[targets[index] ?? 0] = memory.load32(address);
      address += 4;
    }
    const target = isBranch ? memory.load32(address) : 0;
    if (hasBase) r[n] = r[SCRATCH] ?? 0;
    if (writesBack) r[n] = isBelow ? base - bytes : base + bytes;
    return isBranch ? thumb(target) : next;
  };
}

function storeMany({ r, memory, next }: DecodeContext, block: Block): Executor | undefined {
  const { n, list, isBelow, writesBack } = block;
  if (list === 0 || (list & ((1 << SP) | (1 << PC))) !== 0 || n === PC) return undefined;
  const sources = registersOf(list);
  const bytes = 4 * sources.length;
  return () => {
    const base = r[n] ?? 0;
    let address = isBelow ? base - bytes : base;
    checkAligned(address);
    for (let index = 0; index < sources.length; index++) {
      memory.store32(address, r[sources[index] ?? 0] ?? 0);
      address += 4;
    }
    if (writesBack) r[n] = isBelow ? base - bytes : base + bytes;
    return next;
  };
}

/** In 32 bits, a list has at least two registers, and not both LR and PC. */
function isWideList(list: number): boolean {
  return registersOf(list).length > 1 && list >>> LR !== 3;
}

/** A base that is stored and written back has an unknown value in memory, unless it comes first. */
function isBaseUnknown(list: number, n: number): boolean {
  return ((list >>> n) & 1) === 1 && (list & ((1 << n) - 1)) !== 0;
}

/** Loads and stores of two registers at `n + offset`. */
function pair(
  { r, memory, next }: DecodeContext,
  isLoad: boolean,
  t: number,
  t2: number,
  n: number,
  offset: number,
  moves: 'before' | 'after' | 'never',
): Executor {
  const accessOffset = moves === 'after' ? 0 : offset;
  const baseOffset = moves === 'never' ? 0 : offset;
  if (isLoad) {
    return () => {
      const base = r[n] ?? 0;
      const address = base + accessOffset;
      checkAligned(address);
      const first = memory.load32(address);
      r[t2] = memory.load32(address + 4);
      r[t] = first;
      if (baseOffset !== 0) r[n] = base + baseOffset;
      return next;
    };
  }
  return () => {
    const base = r[n] ?? 0;
    const address = base + accessOffset;
    checkAligned(address);
    memory.store32(address, r[t] ?? 0);
    memory.store32(address + 4, r[t2] ?? 0);
    if (baseOffset !== 0) r[n] = base + baseOffset;
    return next;
  };
}

/** The fields of LDRD and STRD. */
interface PairFields {
  readonly p: number;
  readonly u: number;
  readonly w: number;
  readonly n: number;
  readonly t: number;
  readonly v: number;
  readonly i: number;
}

/** Undefined where a base that is written back is one of the two registers, and for other instructions (p = w = 0). */
function indexedPair(at: DecodeContext, isLoad: boolean, { p, u, w, n, t, v, i }: PairFields) {
  const isBaseLost = w === 1 && (n === t || n === v);
  if ((p === 0 && w === 0) || n === PC || isBaseLost) return undefined;
  const moves = w === 0 ? 'never' : p === 1 ? 'before' : 'after';
  return pair(at, isLoad, t, v, n, (u === 1 ? i : -i) * 4, moves);
}

const stacked = (list: number, isBelow: boolean): Block => ({ n: SP, list, isBelow, writesBack: true });

/** Loads and stores of several registers (ARMv7-M ARM A5.2.5, A5.3.5, A5.3.6). */
export const manyForms = [
  form('PUSH T1', '1011010 p llllllll', ({ p, l }, at) => storeMany(at, stacked((p << LR) | l, true))),
  form('POP T1', '1011110 p llllllll', ({ p, l }, at) => loadMany(at, stacked((p << PC) | l, false))),
  form('STM T1', '11000 nnn llllllll', ({ n, l }, at) =>
    isBaseUnknown(l, n) ? undefined : storeMany(at, { n, list: l, isBelow: false, writesBack: true }),
  ),
  form('LDM T1', '11001 nnn llllllll', ({ n, l }, at) =>
    loadMany(at, { n, list: l, isBelow: false, writesBack: ((l >>> n) & 1) === 0 }),
  ),
  form('STM T2', '1110100010 w 0 nnnn llllllllllllllll', ({ w, n, l }, at) => storeWide(at, w, n, l, false)),
  form('LDM T2', '1110100010 w 1 nnnn llllllllllllllll', ({ w, n, l }, at) => loadWide(at, w, n, l, false)),
  form('STMDB T1', '1110100100 w 0 nnnn llllllllllllllll', ({ w, n, l }, at) => storeWide(at, w, n, l, true)),
  form('LDMDB T1', '1110100100 w 1 nnnn llllllllllllllll', ({ w, n, l }, at) => loadWide(at, w, n, l, true)),
  form(
    'LDRD (literal)',
    '1110100 p u 1 w 1 1111 tttt vvvv iiiiiiii',
    ({ p, u, w, t, v, i }, at) => {
      if ((p === 0 && w === 0) || w === 1 || t === v) return undefined;
      const address = literalBase(at) + (u === 1 ? i : -i) * 4;
      return pair(at, true, t, v, at.constant(address), 0, 'never');
    },
    'tv',
  ),
  form(
    'LDRD (immediate)',
    '1110100 p u 1 w 1 nnnn tttt vvvv iiiiiiii',
    (f, at) => (f.t === f.v ? undefined : indexedPair(at, true, f)),
    'tv',
  ),
  form(
    'STRD (immediate)',
    '1110100 p u 1 w 0 nnnn tttt vvvv iiiiiiii',
    (f, at) => indexedPair(at, false, f),
    'tv',
  ),
];

function storeWide(at: DecodeContext, w: number, n: number, list: number, isBelow: boolean) {
  const isDefined = isWideList(list) && !(w === 1 && ((list >>> n) & 1) === 1);
  return isDefined ? storeMany(at, { n, list, isBelow, writesBack: w === 1 }) : undefined;
}

function loadWide(at: DecodeContext, w: number, n: number, list: number, isBelow: boolean) {
  return isWideList(list) ? loadMany(at, { n, list, isBelow, writesBack: w === 1 }) : undefined;
}
