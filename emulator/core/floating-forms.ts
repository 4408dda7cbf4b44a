import { ProcessorFault } from './fault.ts';
import { type DecodeContext, type Executor, form, literalBase } from './form.ts';
import { checkAligned } from './many.ts';
import { CONTROL, FPSCR, PC, S0 } from './places.ts';
import { FLOATING_POINT_ACTIVE, flags, setConditionFlags } from './status.ts';

/** Bits of FPSCR that exist (ARMv7-M ARM A2.5.3). */
const FPSCR_BITS = 0xf7c0_009f;
/** N, Z, C and V. */
const FPSCR_FLAGS = 0xf000_0000;

/** Checks that the unit is enabled, and makes its state part of the context (ARMv7-M ARM B1.5.7, ExecuteFPCheck). */
function enterFloatingPoint({ r, pc, controls }: DecodeContext): void {
  if (!controls.isFpuEnabled) throw new ProcessorFault('no-coprocessor', pc);
  const control = r[CONTROL] ?? 0;
  if ((control & FLOATING_POINT_ACTIVE) !== 0) return;
  controls.onFloatingPointContext();
  r[CONTROL] = control | FLOATING_POINT_ACTIVE;
}

/** Returns the executor of a floating-point instruction. */
function floating(at: DecodeContext, execute: () => void): Executor {
  const { next } = at;
  return () => {
    enterFloatingPoint(at);
    execute();
    return next;
  };
}

/** Place of a single register: its lowest bit comes last. */
const single = (upper: number, lowest: number) => S0 + 2 * upper + lowest;
/** Place of the lower word of a double register. There are sixteen: their highest bit is 0. */
const double = (lower: number) => S0 + 2 * lower;

/** The word of the register list at index `index` goes to or comes from `address + 4 × index`. */
function transferWords(
  { r, memory }: DecodeContext,
  isLoad: boolean,
  first: number,
  count: number,
  address: number,
) {
  checkAligned(address);
  for (let index = 0; index < count; index++) {
    if (isLoad) r[first + index] = memory.load32(address + 4 * index);
    else memory.store32(address + 4 * index, r[first + index] ?? 0);
  }
}

/** VLDR and VSTR of `count` words. */
function transferOne(
  at: DecodeContext,
  isLoad: number,
  first: number,
  count: number,
  n: number,
  offset: number,
) {
  const { r, constant } = at;
  if (n === PC && isLoad === 0) return undefined;
  const base = n === PC ? constant(literalBase(at)) : n;
  return floating(at, () => transferWords(at, isLoad === 1, first, count, (r[base] ?? 0) + offset));
}

/** The fields of VLDM and VSTM. */
interface BlockFields {
  readonly p: number;
  readonly u: number;
  readonly w: number;
  readonly l: number;
  readonly n: number;
}

function transferBlock(at: DecodeContext, { p, u, w, l, n }: BlockFields, first: number, count: number) {
  const { r } = at;
  const isBelow = p === 1;
  // Above the base, or below it with the base moved: the other codes are VLDR, VSTR and moves.
  if (isBelow === (u === 1) || (isBelow && w === 0) || n === PC) return undefined;
  if (count === 0 || first + count > S0 + 32) return undefined;
  const bytes = isBelow ? -4 * count : 4 * count;
  return floating(at, () => {
    const base = r[n] ?? 0;
    transferWords(at, l === 1, first, count, isBelow ? base + bytes : base);
    if (w === 1) r[n] = base + bytes;
  });
}

/** Moves between two core registers and two places of the unit. */
function movePair(at: DecodeContext, toCore: number, t: number, v: number, first: number) {
  const { r } = at;
  if (toCore === 0) {
    return floating(at, () => {
      r[first] = r[t] ?? 0;
      r[first + 1] = r[v] ?? 0;
    });
  }
  if (t === v) return undefined;
  return floating(at, () => {
    r[t] = r[first] ?? 0;
    r[v] = r[first + 1] ?? 0;
  });
}

function moveOne(at: DecodeContext, toCore: number, t: number, place: number) {
  const { r } = at;
  const [target, source] = toCore === 1 ? [t, place] : [place, t];
  return floating(at, () => {
    r[target] = r[source] ?? 0;
  });
}

/** `d = f(m)` on the bits of single numbers. */
function onBits(at: DecodeContext, d: number, m: number, f: (bits: number) => number): Executor {
  const { r } = at;
  return floating(at, () => {
    r[d] = f(r[m] ?? 0);
  });
}

/** The single number of a constant in eight bits (ARMv7-M ARM A6.4.1, VFPExpandImm). */
function expandSingle(code: number): number {
  const exponent = (code & 0x40) !== 0 ? 0x1f << 25 : 1 << 30;
  return ((code & 0x80) << 24) | exponent | ((code & 0x3f) << 19);
}

/** VMRS: the flags go to APSR where the register is 15. */
function readStatus(at: DecodeContext, t: number): Executor {
  const { r } = at;
  if (t !== PC) return moveOne(at, 1, t, FPSCR);
  return floating(at, () =>
    setConditionFlags(r, ((r[FPSCR] ?? 0) & FPSCR_FLAGS) | (flags(r) & ~FPSCR_FLAGS)),
  );
}

/** Coprocessors 10 and 11 are the floating-point unit; there are no others. */
function otherCoprocessor(at: DecodeContext, number: number): Executor {
  const { pc } = at;
  if (number === 10 || number === 11) {
    return floating(at, () => {
      throw new ProcessorFault('undefined-instruction', pc, 'floating-point arithmetic is not modelled');
    });
  }
  return () => {
    throw new ProcessorFault('no-coprocessor', pc, `coprocessor ${number}`);
  };
}

/** Loads, stores and moves of the floating-point unit (ARMv7-M ARM A6.4 to A6.7). */
export const floatingForms = [
  form('VLDR, VSTR (single)', '11101101 u e 0 l nnnn dddd 1010 iiiiiiii', ({ u, e, l, n, d, i }, at) =>
    transferOne(at, l, single(d, e), 1, n, (u === 1 ? i : -i) * 4),
  ),
  form('VLDR, VSTR (double)', '11101101 u 0 0 l nnnn dddd 1011 iiiiiiii', ({ u, l, n, d, i }, at) =>
    transferOne(at, l, double(d), 2, n, (u === 1 ? i : -i) * 4),
  ),
  form(
    'VMOV (two core registers, two singles)',
    '11101100010 l vvvv tttt 101000 e 1 mmmm',
    ({ l, v, t, e, m }, at) => (m === 15 && e === 1 ? undefined : movePair(at, l, t, v, single(m, e))),
    'vt',
  ),
  form(
    'VMOV (two core registers, double)',
    '11101100010 l vvvv tttt 101100 0 1 mmmm',
    ({ l, v, t, m }, at) => movePair(at, l, t, v, double(m)),
    'vt',
  ),
  form('VLDM, VSTM (single)', '1110110 p u e w l nnnn dddd 1010 iiiiiiii', (f, at) =>
    transferBlock(at, f, single(f.d, f.e), f.i),
  ),
  form('VLDM, VSTM (double)', '1110110 p u 0 w l nnnn dddd 1011 iiiiiiii', (f, at) =>
    transferBlock(at, f, double(f.d), f.i & ~1),
  ),
  form(
    'VMOV (core register, single)',
    '11101110000 l nnnn tttt 1010 e 0010000',
    ({ l, n, t, e }, at) => moveOne(at, l, t, single(n, e)),
    't',
  ),
  form(
    'VMOV (core register, half of a double)',
    '1110111000 x l nnnn tttt 1011 0 0010000',
    ({ x, l, n, t }, at) => moveOne(at, l, t, double(n) + x),
    't',
  ),
  form('VMOV (immediate)', '111011101 e 11 hhhh dddd 1010 0000 hhhh', ({ e, h, d }, at) => {
    const bits = expandSingle(h);
    return onBits(at, single(d, e), S0, () => bits);
  }),
  form('VMOV (register)', '111011101 e 110000 dddd 1010 01 k 0 mmmm', ({ e, d, k, m }, at) =>
    onBits(at, single(d, e), single(m, k), bits => bits),
  ),
  form('VABS', '111011101 e 110000 dddd 1010 11 k 0 mmmm', ({ e, d, k, m }, at) =>
    onBits(at, single(d, e), single(m, k), bits => bits & 0x7fff_ffff),
  ),
  form('VNEG', '111011101 e 110001 dddd 1010 01 k 0 mmmm', ({ e, d, k, m }, at) =>
    onBits(at, single(d, e), single(m, k), bits => bits ^ 0x8000_0000),
  ),
  form('VMRS', '111011101111 0001 tttt 1010 0001 0000', ({ t }, at) => readStatus(at, t)),
  form(
    'VMSR',
    '111011101110 0001 tttt 1010 0001 0000',
    ({ t }, at) => onBits(at, FPSCR, t, bits => bits & FPSCR_BITS),
    't',
  ),
  form('coprocessor', '111x11xx xxxxxxxx xxxx cccc xxxxxxxx', ({ c }, at) => otherCoprocessor(at, c)),
];
