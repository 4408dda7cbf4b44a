import { FobError, isFobError } from '../errors.ts';
import { type ClockResult, setClock, showClock } from './clock.ts';
import type { Context } from './context.ts';
import { closeAll, type FobChoice, findFobs } from './find.ts';

export interface ClocksResult {
  readonly clocks: readonly ClockResult[];
  /** Fobs whose clock could not be read or set. */
  readonly failed: readonly {
    readonly address: string;
    readonly serial?: string;
    readonly error: FobError;
  }[];
}

/**
 * Shows or sets the clock of every connected fob, one after the other; a failure does not stop the others.
 * @throws FobError `no-fob`, `cancelled`, and `dry-run` for the first of them
 */
export async function clocks(context: Context, choice: FobChoice, set: boolean): Promise<ClocksResult> {
  const found = await findFobs(choice.port, false, context.signal, choice.wire);
  const done: ClockResult[] = [];
  const failed: ClocksResult['failed'][number][] = [];
  try {
    if (!found.some(one => 'client' in one)) throw firstError(found) ?? new FobError('no-fob');
    for (const one of found) {
      if ('error' in one) {
        failed.push(one);
        continue;
      }
      try {
        done.push(await (set ? setClock : showClock)(context, one));
      } catch (error) {
        if (!isFobError(error) || isFobError(error, 'cancelled', 'dry-run')) throw error;
        failed.push({ address: one.address, serial: one.hello.serial, error });
      }
    }
  } finally {
    await closeAll(found);
  }
  return { clocks: done, failed };
}

function firstError(found: readonly object[]): FobError | undefined {
  for (const one of found) if ('error' in one && one.error instanceof FobError) return one.error;
  return undefined;
}
