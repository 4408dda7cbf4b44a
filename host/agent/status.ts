import type { FobOwnership } from './base/messages.ts';
import type { Means } from './service/open-service.ts';

/** What an agent sees, as `passfob agent status --json` says it. Holds no secret: of a proxy its address alone. */
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
  /** What carries the messages, while connected. */
  readonly by: Means | null;
  /** `HOST:PORT` of the proxy, and where it is from. */
  readonly proxy: { readonly address: string; readonly source: string } | null;
  /** The one `HOST:PORT` that the agent opens connections to for it. */
  readonly connectsTo: string;
  readonly problem: { readonly code: string; readonly message: string; readonly next: string } | null;
  /** When it is tried again. */
  readonly again: string | null;
  /** What the service makes of the fobs; null where it has not said yet. */
  readonly fobs: readonly { readonly serial: string; readonly standing: FobOwnership | null }[];
}
