import type { AlgorithmName, Alphabet, TokenKind } from '../../../base/kinds.ts';

/** One row of an import, as a job keeps it encrypted. Bytes are base64. */
export type ImportItem = FobItem | TokenItem;

/** A fob that the service will own. */
export interface FobItem {
  readonly what: 'fob';
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  readonly deviceSecret: string;
  readonly pairingKey: string;
  readonly recoveryKey: string;
  /** The recovery key that the fob is about to get, or has got although its answer was lost; absent if none waits. */
  readonly nextRecoveryKey?: string;
  readonly clock: {
    readonly setMs: number;
    readonly errorMs: number | null;
    readonly driftPpm: number | null;
  } | null;
}

/** A token that the service will validate. */
export interface TokenItem {
  readonly what: 'token';
  readonly serial: string;
  /** Serial number of the fob that holds it, if the service owns that fob. */
  readonly fob: string | null;
  /** The user who gets it; null for the inventory. */
  readonly user: string | null;
  readonly kind: TokenKind;
  readonly algorithm: AlgorithmName;
  readonly alphabet: Alphabet;
  readonly digits: number;
  readonly period: number | null;
  /** OCRA only. */
  readonly suite?: string;
  readonly counter: number;
  readonly issuer: string;
  readonly label: string;
  readonly secret: string;
}

/** One row of an import before any database check: what to do, or why it cannot be done. */
export interface ImportDraft {
  /** Its position in the imported data. */
  readonly place: string;
  readonly issuer: string;
  readonly label: string;
  /** Assumptions, as sentences. */
  readonly warnings: readonly string[];
  readonly outcome:
    | { readonly state: 'ok'; readonly item: ImportItem }
    | { readonly state: 'skipped' | 'refused'; readonly reason: string; readonly next: string };
}

/** The source of user names: none, the label of an account, or the holder in the inventory. */
export type UserSource = 'nobody' | 'label' | 'holder';

export function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
