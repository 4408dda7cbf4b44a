import { branchIf } from './conditions.ts';
import { type DecodeContext, type Executor, form, signed, source } from './form.ts';
import { thumb } from './interworking.ts';
import { LR, PC, SP } from './places.ts';

function jump(target: number): Executor {
  return () => target;
}

/** The signed offset of BL and of the wide B, in half-words (ARMv7-M ARM A7.7.18). */
function farOffset({ s, j, k, i }: { s: number; j: number; k: number; i: number }): number {
  const bits = (s << 23) | ((j ^ s ^ 1) << 22) | ((k ^ s ^ 1) << 21) | i;
  return signed(bits, 24) * 2;
}

function compareAndBranch({ r, pc, next }: DecodeContext, i: number, n: number, onZero: boolean): Executor {
  const target = pc + 4 + i * 2;
  if (onZero) return () => (r[n] === 0 ? target : next);
  return () => (r[n] !== 0 ? target : next);
}

/** Branches (ARMv7-M ARM A5.2.6, A5.3.4). Conditional ones are not allowed in an IT block. */
export const branchForms = [
  form('BX', '010001110 mmmm 000', ({ m }, { r }) => (m === PC ? undefined : () => thumb(r[m] ?? 0))),
  form('BLX', '010001111 mmmm 000', ({ m }, { r, next }) => {
    if (m === PC) return undefined;
    return () => {
      const target = r[m] ?? 0;
      r[LR] = next | 1;
      return thumb(target);
    };
  }),
  form('CBZ', '1011 0 0 i 1 iiiii nnn', ({ i, n }, at) => compareAndBranch(at, i, n, true)),
  form('CBNZ', '1011 1 0 i 1 iiiii nnn', ({ i, n }, at) => compareAndBranch(at, i, n, false)),
  form('B T1', '1101 cccc iiiiiiii', ({ c, i }, { r, pc, next }) =>
    branchIf(r, c, pc + 4 + signed(i, 8) * 2, next),
  ),
  form('B T2', '11100 iiiiiiiiiii', ({ i }, { pc }) => jump(pc + 4 + signed(i, 11) * 2)),
  form('B T3', '11110 s cccc iiiiii 10 j 0 k iiiiiiiiiii', ({ s, c, i, j, k }, { r, pc, next }) =>
    branchIf(r, c, pc + 4 + signed((s << 19) | (k << 18) | (j << 17) | i, 20) * 2, next),
  ),
  form('B T4', '11110 s iiiiiiiiii 10 j 1 k iiiiiiiiiii', (f, { pc }) => jump(pc + 4 + farOffset(f))),
  form('BL', '11110 s iiiiiiiiii 11 j 1 k iiiiiiiiiii', (f, { r, pc, next }) => {
    const target = pc + 4 + farOffset(f);
    return () => {
      r[LR] = next | 1;
      return target;
    };
  }),
  form(
    'TBB',
    '111010001101 nnnn 11110000000 0 mmmm',
    ({ n, m }, at) => {
      const { r, memory, pc } = at;
      const table = source(n, at);
      return n === SP ? undefined : () => pc + 4 + 2 * memory.load8((r[table] ?? 0) + (r[m] ?? 0));
    },
    'm',
  ),
  form(
    'TBH',
    '111010001101 nnnn 11110000000 1 mmmm',
    ({ n, m }, at) => {
      const { r, memory, pc } = at;
      const table = source(n, at);
      return n === SP ? undefined : () => pc + 4 + 2 * memory.load16((r[table] ?? 0) + ((r[m] ?? 0) << 1));
    },
    'm',
  ),
];
