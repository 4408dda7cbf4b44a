import { ProcessorFault } from './fault.ts';
import { type DecodeContext, type Executor, form } from './form.ts';
import { CLAIM, IS_CLAIMED, PC } from './places.ts';

type Bytes = 1 | 2 | 4;

/** Exclusive accesses are aligned (ARMv7-M ARM A3.2.1). */
function addressOf(r: Int32Array, n: number, offset: number, bytes: Bytes): number {
  const address = ((r[n] ?? 0) + offset) | 0;
  if ((address & (bytes - 1)) !== 0) throw new ProcessorFault('unaligned', address);
  return address;
}

function loadExclusive(
  { r, memory, next }: DecodeContext,
  bytes: Bytes,
  t: number,
  n: number,
  offset = 0,
): Executor | undefined {
  if (n === PC) return undefined;
  return () => {
    const address = addressOf(r, n, offset, bytes);
    if (bytes === 4) r[t] = memory.load32(address);
    else r[t] = bytes === 2 ? memory.load16(address) : memory.load8(address);
    r[CLAIM] = address;
    r[IS_CLAIMED] = 1;
    return next;
  };
}

/** Stores if the address is still claimed; d says whether it is not. */
function storeExclusive(
  { r, memory, next }: DecodeContext,
  bytes: Bytes,
  d: number,
  t: number,
  n: number,
  offset = 0,
): Executor | undefined {
  if (n === PC || d === n || d === t) return undefined;
  return () => {
    const address = addressOf(r, n, offset, bytes);
    const isClaimed = r[IS_CLAIMED] === 1 && r[CLAIM] === address;
    if (isClaimed) {
      const value = r[t] ?? 0;
      if (bytes === 4) memory.store32(address, value);
      else if (bytes === 2) memory.store16(address, value);
      else memory.store8(address, value);
    }
    r[IS_CLAIMED] = 0;
    r[d] = isClaimed ? 0 : 1;
    return next;
  };
}

/** Loads and stores that find out whether anybody came between them (ARMv7-M ARM A3.4, A5.3.6). */
export const exclusiveForms = [
  form(
    'LDREX',
    '111010000101 nnnn tttt 1111 iiiiiiii',
    ({ n, t, i }, at) => loadExclusive(at, 4, t, n, i * 4),
    't',
  ),
  form('LDREXB', '111010001101 nnnn tttt 1111 0100 1111', ({ n, t }, at) => loadExclusive(at, 1, t, n), 't'),
  form('LDREXH', '111010001101 nnnn tttt 1111 0101 1111', ({ n, t }, at) => loadExclusive(at, 2, t, n), 't'),
  form(
    'STREX',
    '111010000100 nnnn tttt dddd iiiiiiii',
    ({ n, t, d, i }, at) => storeExclusive(at, 4, d, t, n, i * 4),
    'td',
  ),
  form(
    'STREXB',
    '111010001100 nnnn tttt 1111 0100 dddd',
    ({ n, t, d }, at) => storeExclusive(at, 1, d, t, n),
    'td',
  ),
  form(
    'STREXH',
    '111010001100 nnnn tttt 1111 0101 dddd',
    ({ n, t, d }, at) => storeExclusive(at, 2, d, t, n),
    'td',
  ),
  form('CLREX', '111100111011 1111 1000 1111 0010 1111', (_, { r, next }) => () => {
    r[IS_CLAIMED] = 0;
    return next;
  }),
];
