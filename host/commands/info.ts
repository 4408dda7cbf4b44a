import { isRefusal } from '../errors.ts';
import type { FobStatus } from '../owner/status.ts';
import type { Context, FobAtHand } from './context.ts';
import { readStatus } from './fob-status.ts';
import { openOwnerSession } from './owner-session.ts';

export interface InfoResult {
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  /** The version of Espruino under it; absent for firmware that does not tell. */
  readonly interpreter?: string;
  readonly protocolVersion: number;
  /** Absent while the fob is locked by its PIN; `free` likewise. */
  readonly accounts?: number;
  /** Number of accounts that still fit. */
  readonly free?: number;
  /** Absent for firmware without PIN. */
  readonly status?: FobStatus;
}

/** Returns a fob's description and state. @throws FobError as `openOwnerSession` */
export async function info(context: Context, fob: FobAtHand): Promise<InfoResult> {
  const { serial, board, firmware, interpreter, version } = fob.hello;
  const pairing = await openOwnerSession(context, fob);
  const status = fob.client.knows('status') ? await readStatus(context, fob, pairing) : undefined;
  return {
    serial,
    board,
    firmware,
    ...(interpreter !== undefined && { interpreter }),
    protocolVersion: version,
    ...(await readCounts(context, fob)),
    ...(status !== undefined && { status }),
  };
}

async function readCounts(
  { signal }: Context,
  fob: FobAtHand,
): Promise<Pick<InfoResult, 'accounts' | 'free'>> {
  try {
    const { accounts, freeRecords } = await fob.client.call('info', {}, { signal });
    return { accounts, free: freeRecords };
  } catch (error) {
    if (isRefusal(error, 'locked')) return {};
    throw error;
  }
}
