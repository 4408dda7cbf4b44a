import type { Outcome } from '../../base/outcomes.ts';
import type { Proofs } from './factors.ts';
import type { Candidate } from './replay-protection.ts';
import type { ValidationRequest } from './request.ts';
import type { Known, Match } from './validator.ts';

/** A request that waits for its decision. */
export interface PendingRequest {
  readonly request: ValidationRequest;
  /** Prepared user name; empty if no user can have the given one. */
  readonly name: string;
  readonly fingerprint: string | undefined;
  readonly proofs: Proofs;
}

/** One request in the steps of a batch. */
export interface BatchedRequest {
  readonly pending: PendingRequest;
  readonly known: Known;
  readonly settled: Outcome | undefined;
  readonly matches: readonly Match[];
  readonly candidate: Candidate | undefined;
  /** Whether the user has no usable token, but a revoked one. */
  readonly isRevokedUser: boolean;
  readonly nowMs: number;
}
