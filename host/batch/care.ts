import { type CareOptions, type CareResult, careFor } from '../commands/care.ts';
import type { Context, FobAtHand } from '../commands/context.ts';
import { type FobError, isFobError } from '../errors.ts';
import { PARALLEL_MAX } from './limits.ts';
import { inParallel } from './parallel.ts';

/** The outcome for one fob. */
export type CareEntry = { readonly address: string; readonly serial: string } & (
  | { readonly result: CareResult }
  /** isStranger: it is blank or has another owner. */
  | { readonly isStranger: boolean; readonly error: FobError }
);

export interface TrayOptions {
  readonly isDryRun: boolean;
  /** Asks the person whether to set a clock that needs a hold now. */
  readonly offerHold: (result: CareResult) => Promise<boolean>;
}

/**
 * Checks fobs, several at a time, and mends what needs no hold. Then offers, one fob after the other, what needs one. A
 * failure of one fob does not stop the others.
 * @param entries receives each entry as soon as its fob is done
 * @returns an entry for each fob, in their order
 * @throws FobError `cancelled`
 */
export async function careForTray(
  context: Context,
  fobs: readonly FobAtHand[],
  { isDryRun, offerHold }: TrayOptions,
  entries: Map<FobAtHand, CareEntry> = new Map(),
): Promise<CareEntry[]> {
  await inParallel(fobs, PARALLEL_MAX, async fob => {
    entries.set(fob, await cared(context, fob, { mayHold: false, isDryRun }));
    if (fobs.length === 1) return;
    const { serial } = fob.hello;
    context.report({ event: 'advanced', serial, done: entries.size, total: fobs.length, unit: 'fobs' });
  });
  for (const [fob, entry] of entries) {
    if (!('result' in entry) || !entry.result.waitsForHold || !(await offerHold(entry.result))) continue;
    entries.set(fob, joined(entry.result, await cared(context, fob, { mayHold: true, isDryRun })));
  }
  return fobs.flatMap(fob => entries.get(fob) ?? []);
}

async function cared(context: Context, fob: FobAtHand, options: CareOptions): Promise<CareEntry> {
  const { address, hello } = fob;
  const about = { address, serial: hello.serial };
  try {
    return { ...about, result: await careFor(context, fob, options) };
  } catch (error) {
    if (!isFobError(error) || error.kind === 'cancelled') throw error;
    return { ...about, isStranger: isFobError(error, 'not-in-inventory', 'not-paired'), error };
  }
}

/** Adds what was found and done before the hold. */
function joined({ found, done }: CareResult, entry: CareEntry): CareEntry {
  if (!('result' in entry)) return entry;
  const { result } = entry;
  return { ...entry, result: { ...result, found, done: [...done, ...result.done] } };
}
