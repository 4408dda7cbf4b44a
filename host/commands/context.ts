import type { Client } from '../client/client.ts';
import type { Hello } from '../client/hello.ts';
import type { Inventory } from '../inventory/inventory.ts';

/** What a fob asks its person for. */
export type PressPurpose = 'code' | 'respond' | 'erase' | 'clock' | 'pin-reset' | 'maintenance';

/** How far the flashing of a board has come. */
export type FlashProgress =
  | { readonly event: 'restore-press-needed'; readonly serial: string }
  | { readonly event: 'compacting'; readonly serial: string }
  | {
      readonly event: 'uploading';
      readonly serial: string;
      readonly file: string;
      readonly bytes: number;
      /** Of all files. */
      readonly bytesDone: number;
      readonly bytesTotal: number;
    }
  | { readonly event: 'restarting'; readonly serial: string };

/** What happens while a command runs, for whoever shows it. Never holds a secret. */
export type Progress =
  | FlashProgress
  | { readonly event: 'code-shown'; readonly serial: string; readonly seconds: number }
  | {
      readonly event: 'press-needed';
      readonly serial: string;
      readonly purpose: PressPurpose;
      /** Two digits that the fob shows, for the person to compare. */
      readonly number?: string | undefined;
    }
  | { readonly event: 'recovery-key-left'; readonly serial: string }
  | { readonly event: 'pairing-resumed'; readonly serial: string }
  | { readonly event: 'clock-set'; readonly serial: string }
  | { readonly event: 'account-written'; readonly serial: string; readonly account: string }
  | { readonly event: 'account-proved'; readonly serial: string; readonly account: string }
  | { readonly event: 'account-kept'; readonly serial: string; readonly account: string }
  | {
      readonly event: 'row-refused';
      readonly place: string;
      /** Empty where it cannot be read, or may be a secret. */
      readonly name: string;
      /** A sentence. */
      readonly reason: string;
    }
  | {
      readonly event: 'account-doubtful';
      readonly serial: string;
      readonly account: string;
      readonly verdict: Exclude<AccountCheck, 'proved'>;
    };

/**
 * What became of an account when it was checked. proved: the fob holds what the inventory says. wrong: another key or
 * other settings. missing: not on the fob. damaged: its record is. unknown: on the fob, but not in the inventory.
 * undone: an enrolment that was cut off before the fob took it, now forgotten by the inventory too.
 */
export type AccountCheck = 'proved' | 'wrong' | 'missing' | 'damaged' | 'unknown' | 'undone';

/** What every command works with. */
export interface Context {
  readonly inventory: Inventory;
  /** The host's time, ms since 1970. */
  readonly now: () => number;
  /** Bytes nobody can foresee. */
  readonly random: (length: number) => Uint8Array;
  readonly report: (progress: Progress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A fob that has said hello. */
export interface FobAtHand {
  /** As `readAddress` reads it. */
  readonly address: string;
  /** Every address at which it answered, `address` first; undefined where no others were looked for. */
  readonly addresses?: readonly string[] | undefined;
  readonly hello: Hello;
  readonly client: Client;
}
