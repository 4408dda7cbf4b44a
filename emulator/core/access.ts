import { alignStackPointer } from './alu.ts';
import type { DecodeContext, Executor } from './form.ts';
import { thumb } from './interworking.ts';
import type { Memory } from './memory.ts';
import { PC, SP } from './places.ts';

/** Makes the executor that loads or stores place t at `n + (m << by)`; n and m are places. */
type Access = (
  r: Int32Array,
  memory: Memory,
  next: number,
  t: number,
  n: number,
  m: number,
  by: number,
) => Executor;

const accesses = {
  LDR: (r, memory, next, t, n, m, by) => () => {
    r[t] = memory.load32((r[n] ?? 0) + ((r[m] ?? 0) << by));
    return next;
  },
  LDRH: (r, memory, next, t, n, m, by) => () => {
    r[t] = memory.load16((r[n] ?? 0) + ((r[m] ?? 0) << by));
    return next;
  },
  LDRB: (r, memory, next, t, n, m, by) => () => {
    r[t] = memory.load8((r[n] ?? 0) + ((r[m] ?? 0) << by));
    return next;
  },
  LDRSH: (r, memory, next, t, n, m, by) => () => {
    r[t] = (memory.load16((r[n] ?? 0) + ((r[m] ?? 0) << by)) << 16) >> 16;
    return next;
  },
  LDRSB: (r, memory, next, t, n, m, by) => () => {
    r[t] = (memory.load8((r[n] ?? 0) + ((r[m] ?? 0) << by)) << 24) >> 24;
    return next;
  },
  STR: (r, memory, next, t, n, m, by) => () => {
    memory.store32((r[n] ?? 0) + ((r[m] ?? 0) << by), r[t] ?? 0);
    return next;
  },
  STRH: (r, memory, next, t, n, m, by) => () => {
    memory.store16((r[n] ?? 0) + ((r[m] ?? 0) << by), r[t] ?? 0);
    return next;
  },
  STRB: (r, memory, next, t, n, m, by) => () => {
    memory.store8((r[n] ?? 0) + ((r[m] ?? 0) << by), r[t] ?? 0);
    return next;
  },
} satisfies Record<string, Access>;

export type AccessOperation = keyof typeof accesses;

/**
 * Returns the executor of a load or store of register t at `n + (m << by)`, where n and m are places. A load of the PC
 * branches; the other operations know no PC, and return undefined.
 */
export function access(
  { r, memory, next }: DecodeContext,
  operation: AccessOperation,
  t: number,
  n: number,
  m: number,
  by = 0,
): Executor | undefined {
  if (t !== PC) {
    if (t === SP && operation !== 'LDR' && operation !== 'STR') return undefined;
    const execute = accesses[operation](r, memory, next, t, n, m, by);
    return t === SP && operation === 'LDR' ? alignStackPointer(r, execute) : execute;
  }
  if (operation !== 'LDR') return undefined;
  return () => thumb(memory.load32((r[n] ?? 0) + ((r[m] ?? 0) << by)));
}

/**
 * Returns the executor of a load or store that moves its base register by `offset` too: before the access if `isBefore`,
 * else after it. The base moves only when the access was allowed, so that a fault leaves it.
 */
export function accessWithWriteBack(
  at: DecodeContext,
  operation: AccessOperation,
  t: number,
  n: number,
  offset: number,
  isBefore: boolean,
): Executor | undefined {
  const { r, memory, next, constant } = at;
  if (t === n || n === PC) return undefined;
  const accessOffset = isBefore ? offset : 0;
  // The low bits of SP always read as zero (ARMv7-M ARM A5.1.3).
  const kept = n === SP ? ~3 : ~0;
  if (t === PC) {
    if (operation !== 'LDR') return undefined;
    return () => {
      const base = r[n] ?? 0;
      const target = memory.load32(base + accessOffset);
      r[n] = (base + offset) & kept;
      return thumb(target);
    };
  }
  const execute = access(at, operation, t, n, constant(accessOffset));
  if (execute === undefined) return undefined;
  return () => {
    execute();
    r[n] = ((r[n] ?? 0) + offset) & kept;
    return next;
  };
}
