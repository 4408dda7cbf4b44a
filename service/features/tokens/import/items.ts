import type { AlgorithmName, Alphabet, TokenKind } from '../../../base/kinds.ts';

/** What an import does in one row, as a job keeps it sealed. Bytes are base64. */
export type ImportItem = FobItem | TokenItem;

/** A fob that the service is to own. */
export interface FobItem {
  readonly what: 'fob';
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  readonly deviceSecret: string;
  readonly pairingKey: string;
  readonly recoveryKey: string;
  readonly clock: {
    readonly setMs: number;
    readonly errorMs: number | null;
    readonly driftPpm: number | null;
  } | null;
}

/** A token that the service is to validate. */
export interface TokenItem {
  readonly what: 'token';
  readonly serial: string;
  /** Serial number of the fob that holds it, where the service owns that. */
  readonly fob: string | null;
  /** Who is to have it; null for the inventory. */
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

/** One row of what is to be imported, before the database was asked: what to do, or why nothing. */
export interface ImportDraft {
  /** Where it stands in what is imported. */
  readonly place: string;
  readonly issuer: string;
  readonly label: string;
  /** Sentences: what was assumed. */
  readonly warnings: readonly string[];
  readonly outcome:
    | { readonly state: 'ok'; readonly item: ImportItem }
    | { readonly state: 'skipped' | 'refused'; readonly reason: string; readonly next: string };
}

/** What a user name is taken from: nothing, the label of an account, or the holder in the inventory. */
export type UserSource = 'nobody' | 'label' | 'holder';

export function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
