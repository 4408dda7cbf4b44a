import type { Client } from '../client/client.ts';
import type { Hello } from '../client/hello.ts';
import type { Inventory } from '../inventory/inventory.ts';

/** Why a fob asks its user for approval. */
export type PressPurpose = 'code' | 'respond' | 'erase' | 'clock' | 'pin-reset' | 'maintenance';

/** Progress of installing an Espruino on the drive of a board. */
export type EspruinoProgress =
  | { readonly event: 'espruino-copying'; readonly bytesDone: number; readonly bytesTotal: number }
  | { readonly event: 'board-awaited' };

/** Progress of flashing a board. */
export type FlashProgress =
  | { readonly event: 'restore-press-needed'; readonly serial: string }
  | { readonly event: 'compacting'; readonly serial: string }
  | {
      readonly event: 'uploading';
      readonly serial: string;
      readonly file: string;
      readonly bytes: number;
      /** Total of all files. */
      readonly bytesDone: number;
      readonly bytesTotal: number;
    }
  | { readonly event: 'restarting'; readonly serial: string };

/** Progress of a command, to show. Never holds a secret. */
export type Progress =
  | FlashProgress
  | EspruinoProgress
  | { readonly event: 'code-shown'; readonly serial: string; readonly seconds: number }
  | {
      readonly event: 'press-needed';
      readonly serial: string;
      readonly purpose: PressPurpose;
      /** Two digits that the fob shows as well, for the person to compare. */
      readonly number?: string | undefined;
    }
  /** The fob has waited for an answer for a while. */
  | { readonly event: 'press-awaited'; readonly serial: string }
  | { readonly event: 'recovery-key-left'; readonly serial: string }
  | { readonly event: 'pairing-resumed'; readonly serial: string }
  | { readonly event: 'clock-set'; readonly serial: string }
  | {
      readonly event: 'advanced';
      readonly serial: string;
      readonly done: number;
      readonly total: number;
      readonly unit: 'accounts' | 'rows' | 'fobs';
    }
  | {
      readonly event: 'account-next';
      readonly serial: string;
      readonly account: string;
      /** From 1. */
      readonly number: number;
      readonly count: number;
    }
  | { readonly event: 'account-written'; readonly serial: string; readonly account: string }
  | { readonly event: 'account-proved'; readonly serial: string; readonly account: string }
  /** The fob is about to get another account of a name that it holds already; ids: of those, 8 hex digits each. */
  | {
      readonly event: 'namesake';
      readonly serial: string;
      readonly account: string;
      readonly ids: readonly string[];
    }
  | { readonly event: 'account-kept'; readonly serial: string; readonly account: string }
  | {
      readonly event: 'row-refused';
      readonly place: string;
      /** Empty if it cannot be read, or may be a secret. */
      readonly name: string;
      /** A sentence. */
      readonly reason: string;
      /** What the person can do about this row; may be empty. */
      readonly next: string;
    }
  | {
      readonly event: 'account-doubtful';
      readonly serial: string;
      readonly account: string;
      readonly verdict: Exclude<AccountCheck, 'proved'>;
    };

/**
 * The result of an account check. proved: the fob holds the account as in the inventory. wrong: another key or other
 * settings. missing: not on the fob. damaged: its record is damaged. unknown: on the fob, but not in the inventory.
 * undone: an enrolment that was cut off before the fob accepted it, now removed from the inventory too.
 */
export type AccountCheck = 'proved' | 'wrong' | 'missing' | 'damaged' | 'unknown' | 'undone';

/** Everything that commands work with. */
export interface Context {
  readonly inventory: Inventory;
  /** The host's time, ms since 1970. */
  readonly now: () => number;
  /** Source of unpredictable bytes. */
  readonly random: (length: number) => Uint8Array;
  readonly report: (progress: Progress) => void;
  /** The user of this computer, for the history; undefined if unknown. */
  readonly operator?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A fob that has answered hello. */
export interface FobAtHand {
  /** As `readAddress` accepts it. */
  readonly address: string;
  /** Every address at which it answered, `address` first; undefined if no others were searched for. */
  readonly addresses?: readonly string[] | undefined;
  readonly hello: Hello;
  readonly client: Client;
}
