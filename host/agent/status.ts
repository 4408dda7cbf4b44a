import type { FobOwnership } from './base/messages.ts';
import type { Means } from './service/open-service.ts';

/**
 * The state of an agent, as printed by `passfob agent status --json`. Contains no secret; a proxy appears only with
 * its address.
 */
export interface AgentStatus {
  readonly version: string;
  readonly pid: number;
  /** ISO 8601, as all times here. */
  readonly since: string;
  readonly fobs: readonly AgentFobStatus[];
  readonly services: readonly ServiceStatus[];
}

export interface AgentFobStatus {
  readonly serial: string;
  /** `serial`, `hid`, `tcp`. */
  readonly port: string;
  /** Whether its port is open now, for a service. */
  readonly isInUse: boolean;
}

export interface ServiceStatus {
  readonly url: string;
  readonly name: string;
  readonly state: 'connecting' | 'connected' | 'waiting';
  readonly since: string;
  /** The kind of connection, while connected. */
  readonly by: Means | null;
  /** `HOST:PORT` of the proxy, and its source. */
  readonly proxy: { readonly address: string; readonly source: string } | null;
  /** The only `HOST:PORT` that the agent connects to for this service. */
  readonly connectsTo: string;
  readonly problem: { readonly code: string; readonly message: string; readonly next: string } | null;
  /** Time of the next attempt. */
  readonly again: string | null;
  /** The service's view of each fob's ownership; null before it has reported it. */
  readonly fobs: readonly { readonly serial: string; readonly standing: FobOwnership | null }[];
}
