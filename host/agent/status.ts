import type { FobOwnership } from '../carrier/messages.ts';
import type { FobTasks } from './service/link.ts';
import type { ConnectionKind } from './service/open-service.ts';

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
  readonly by: ConnectionKind | null;
  /** `HOST:PORT` of the proxy, and its source. */
  readonly proxy: { readonly address: string; readonly source: string } | null;
  /** The only `HOST:PORT` that the agent connects to for this service. */
  readonly connectsTo: string;
  readonly problem: { readonly code: string; readonly message: string; readonly next: string } | null;
  /** Time of the next attempt. */
  readonly again: string | null;
  readonly fobs: readonly ServiceFobStatus[];
}

/** The service's view of a fob. */
export interface ServiceFobStatus {
  readonly serial: string;
  /** Null before the service has reported it. */
  readonly standing: FobOwnership | null;
  /** Its care tasks that wait, and those done on this connection, in the words of the service. */
  readonly tasks: FobTasks;
}
