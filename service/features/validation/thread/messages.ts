import type { Outcome } from '../../../base/outcomes.ts';
import type { StoreOptions } from '../../../storage/database/database.ts';
import type { ValidationRequest } from '../request.ts';

/** What the thread is started with: where database and key file are. */
export type Beginning = StoreOptions;

/** Log-ins to decide; undefined: close the database and end. */
export type ThreadBatch = readonly ThreadRequest[] | undefined;

export interface ThreadRequest {
  readonly id: number;
  readonly request: ValidationRequest;
}

/** What became of some of them. The first message says that the thread is ready, and has none. */
export interface ThreadResult {
  readonly answered: readonly ThreadOutcome[];
  /** How many log-ins each transaction decided since the last message. */
  readonly sizes: readonly number[];
}

export type ThreadOutcome =
  | { readonly id: number; readonly outcome: Outcome }
  | { readonly id: number; readonly failure: Failure };

/** An error, which loses its class and its code between threads. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly isOurs: boolean;
}
