import type { Outcome } from '../../../base/outcomes.ts';
import type { StoreOptions } from '../../../storage/database/database.ts';
import type { ValidationRequest } from '../request.ts';

/** The thread's start parameters: the locations of database and key file. */
export type Beginning = StoreOptions;

/** Log-ins to decide; undefined: close the database and end. */
export type ThreadBatch = readonly ThreadRequest[] | undefined;

export interface ThreadRequest {
  readonly id: number;
  readonly request: ValidationRequest;
}

/** The outcomes of some of them. The first message has none: it says that the thread is ready. */
export interface ThreadResult {
  readonly answered: readonly ThreadOutcome[];
  /** How many log-ins each transaction decided since the last message. */
  readonly sizes: readonly number[];
}

export type ThreadOutcome =
  | { readonly id: number; readonly outcome: Outcome }
  | { readonly id: number; readonly failure: Failure };

/** An error, which would lose its class and code between threads. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly isOurs: boolean;
}
