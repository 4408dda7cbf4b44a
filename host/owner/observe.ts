import type { Response } from '@passfob/protocol/commands';
import type { Client } from '../client/client.ts';
import type { Hello } from '../client/hello.ts';
import { isRefusal } from '../errors.ts';
import { askTime, type ClockState } from './clock.ts';
import { readAccounts } from './listing.ts';
import { type FobStatus, statusOf } from './status.ts';
import type { OwnerTools } from './tools.ts';

/** An account as the fob lists it. Its names come from the fob: print them as untrusted text. */
export interface ListedAccount {
  /** 4 bytes. */
  readonly id: Uint8Array;
  readonly isDamaged: boolean;
  /** 1 HOTP, 2 TOTP, 3 OCRA; a damaged record may hold any number. */
  readonly kind: number;
  readonly issuer: string;
  readonly label: string;
}

/** A fob's clock, compared with the owner's. */
export interface ObservedClock {
  readonly state: ClockState;
  /** Fob minus owner; positive: the fob is ahead. Null for a clock that is not set, like `uncertaintyMs`. */
  readonly errorMs: number | null;
  /**
   * How far `errorMs` may be from the truth: half of the fob's whole second, and half of the round trip. Longer round
   * trips, over a relay, make it larger.
   */
  readonly uncertaintyMs: number | null;
  /** The fob's own estimate of its largest error; absent for old firmware, like `trimPpm`. */
  readonly errorSeconds?: number;
  /** The correction that the fob has learned; positive: the clock runs slow without it. */
  readonly trimPpm?: number;
  /** Time since the clock was last set; absent for a clock that is not set. */
  readonly ageSeconds?: number;
}

/** A fob's description and state, read in one session. */
export interface ObservedFob {
  /** In the form for people: `PF-7Q4M-K2XZ`. */
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  readonly protocolVersion: number;
  /** Bit n: the board computes algorithm n. */
  readonly algorithms: number;
  /** The version of Espruino under the image, `2v29`; absent for an image that does not tell. */
  readonly espruino?: string;
  readonly clock: ObservedClock;
  /** Absent for firmware without PIN. */
  readonly status?: FobStatus;
  /** In the fob's order; `locked` while its PIN locks it. */
  readonly accounts: readonly ListedAccount[] | 'locked';
  /** Number of accounts that still fit; absent while the fob is locked. */
  readonly freeRecords?: number;
}

/**
 * Reads a fob's description and state inside an open session, and changes nothing. Takes three round trips (`info`,
 * `status`, `time`) and one for each account.
 * @param hello the fob's answer in this connection
 * @throws FobError `wrong-version`, `refused` (storage-failed …), those of the link
 */
export async function observeFob(tools: OwnerTools, client: Client, hello: Hello): Promise<ObservedFob> {
  const { signal } = tools;
  const info = await unlessLocked(() => client.call('info', {}, { signal }));
  const status = client.knows('status') ? statusOf(await client.call('status', {}, { signal })) : undefined;
  const clock = await observeClock(tools, client);
  const listed = info && (await unlessLocked(() => readAccounts(client, info.accounts, signal)));
  return {
    serial: hello.serial,
    board: hello.board,
    firmware: hello.firmware,
    protocolVersion: hello.version,
    algorithms: hello.algorithms,
    ...(hello.interpreter !== undefined && { espruino: hello.interpreter }),
    clock,
    ...(status && { status }),
    accounts: listed?.map(described) ?? 'locked',
    ...(info && listed && { freeRecords: info.freeRecords }),
  };
}

/**
 * Compares the fob's clock with the owner's in one round trip, inside an open session.
 * @throws FobError those of the link
 */
export async function observeClock(tools: OwnerTools, client: Client): Promise<ObservedClock> {
  const before = tools.now();
  const { state, utc, ageSeconds, ...estimates } = await askTime(tools, client);
  const after = tools.now();
  if (state === 'unset') {
    const { trimPpm } = estimates;
    return { state, errorMs: null, uncertaintyMs: null, ...(trimPpm !== undefined && { trimPpm }) };
  }
  return {
    state,
    // The fob answers the second that it is in.
    errorMs: Math.round(utc * 1000 + 500 - (before + after) / 2),
    uncertaintyMs: Math.ceil(500 + Math.max(0, after - before) / 2),
    ageSeconds,
    ...estimates,
  };
}

/** Returns undefined for a fob that is locked, or that locks itself meanwhile. */
async function unlessLocked<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isRefusal(error, 'locked')) return undefined;
    throw error;
  }
}

function described({ id, health, kind, issuer, label }: Response<'list'>): ListedAccount {
  const text = new TextDecoder();
  return { id, isDamaged: health !== 0, kind, issuer: text.decode(issuer), label: text.decode(label) };
}
