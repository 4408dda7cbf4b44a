import { awaitsAcknowledgement, type CareOptions, type CareResult, careFor } from '../commands/care.ts';
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
  /** Asks the person at a fob whether only its clock module was without power. */
  readonly askAcknowledgement: (result: CareResult) => Promise<boolean>;
}

/**
 * Checks fobs, several at a time, and mends what needs no person. Then offers, one fob after the other, what needs one.
 * A failure of one fob does not stop the others.
 * @param entries receives each entry as soon as its fob is done
 * @returns an entry for each fob, in their order
 * @throws FobError `cancelled`
 */
export async function careForTray(
  context: Context,
  fobs: readonly FobAtHand[],
  options: TrayOptions,
  entries: Map<FobAtHand, CareEntry> = new Map(),
): Promise<CareEntry[]> {
  const { isDryRun } = options;
  await inParallel(fobs, PARALLEL_MAX, async fob => {
    entries.set(fob, await cared(context, fob, { mayHold: false, isDryRun }));
    if (fobs.length === 1) return;
    const { serial } = fob.hello;
    context.report({ event: 'advanced', serial, done: entries.size, total: fobs.length, unit: 'fobs' });
  });
  for (const [fob, entry] of entries) entries.set(fob, await offered(context, fob, entry, options));
  return fobs.flatMap(fob => entries.get(fob) ?? []);
}

/** Does what the person at the fob agrees to. */
async function offered(
  context: Context,
  fob: FobAtHand,
  entry: CareEntry,
  { isDryRun, offerHold, askAcknowledgement }: TrayOptions,
): Promise<CareEntry> {
  if (!('result' in entry)) return entry;
  const { result } = entry;
  const mayHold = result.waitsForHold && (await offerHold(result));
  const acknowledges = awaitsAcknowledgement(result) && (await askAcknowledgement(result));
  if (!mayHold && !acknowledges) return entry;
  return joined(result, await cared(context, fob, { mayHold, acknowledges, isDryRun }));
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

/** Adds what was found and done before a person agreed. */
function joined({ found, done }: CareResult, entry: CareEntry): CareEntry {
  if (!('result' in entry)) return entry;
  const { result } = entry;
  return { ...entry, result: { ...result, found, done: [...done, ...result.done] } };
}
