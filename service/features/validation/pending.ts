import type { Outcome } from '../../base/outcomes.ts';
import type { Proofs } from './factors.ts';
import type { Candidate } from './replay-protection.ts';
import type { ValidationRequest } from './request.ts';
import type { Known, Match } from './validator.ts';

/** A request that waits for its decision. */
export interface PendingRequest {
  readonly request: ValidationRequest;
  /** Prepared user name; empty where there can be no such user. */
  readonly name: string;
  readonly fingerprint: string | undefined;
  readonly proofs: Proofs;
}

/** One request on its way through the steps of a batch. */
export interface BatchedRequest {
  readonly ticket: PendingRequest;
  readonly known: Known;
  readonly settled: Outcome | undefined;
  readonly matches: readonly Match[];
  readonly candidate: Candidate | undefined;
  /** The user has had tokens, and all that could be used have been revoked. */
  readonly isRevokedUser: boolean;
  readonly nowMs: number;
}
