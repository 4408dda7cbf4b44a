import { crystalPpmOf } from '../owner/boards.ts';
import { driftOf, healthOf } from '../owner/health.ts';
import type { ObservedClock } from '../owner/observe.ts';
import type { FobStatus } from '../owner/status.ts';
import type { Context, FobAtHand } from './context.ts';
import { healthFacts, type ReportedFinding, reported } from './health.ts';
import { giveLostKey, observeOwned } from './observed.ts';

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
  readonly clock: InfoClock;
  readonly health: readonly ReportedFinding[];
}

/** A fob's clock, compared with this computer's to about half a second. */
export interface InfoClock extends ObservedClock {
  /** Drift since it was set; absent in the first hour, like `driftUncertaintyPpm`. Positive: the clock is fast. */
  readonly driftPpm?: number;
  readonly driftUncertaintyPpm?: number;
  /** The largest drift of its crystal; absent for an unknown board. */
  readonly crystalPpm?: number;
}

/** Returns a fob's description, state and health, and keeps them in the inventory. @throws FobError as `observeOwned` */
export async function info(context: Context, fob: FobAtHand): Promise<InfoResult> {
  const before = await observeOwned(context, fob);
  const observed = await giveLostKey(context, fob, before);
  const { serial, board, firmware, espruino, protocolVersion, accounts, freeRecords, status } = observed;
  const facts = await healthFacts(context.inventory, before.pairing, board);
  return {
    serial,
    board,
    firmware,
    ...(espruino !== undefined && { interpreter: espruino }),
    protocolVersion,
    ...(accounts !== 'locked' && { accounts: accounts.length }),
    ...(freeRecords !== undefined && { free: freeRecords }),
    ...(status !== undefined && { status }),
    clock: clockOf(observed.clock, board),
    health: reported(observed, healthOf(observed, facts)),
  };
}

function clockOf(clock: ObservedClock, board: string): InfoClock {
  const drift = driftOf(clock);
  const crystalPpm = crystalPpmOf(board);
  return {
    ...clock,
    ...(drift && { driftPpm: drift.ppm, driftUncertaintyPpm: drift.uncertaintyPpm }),
    ...(crystalPpm !== undefined && { crystalPpm }),
  };
}
