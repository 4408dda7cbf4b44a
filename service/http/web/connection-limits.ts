import { readFileSync } from 'node:fs';
import { agentLimits } from '../../base/limits/agents.ts';
import { webLimits } from '../../base/limits/web.ts';

/** Limits of concurrent connections, by kind. */
export interface ConnectionLimits {
  readonly all: number;
  /** Connections without a known caller: in all, and from one source. */
  readonly strangers: number;
  readonly ofSource: number;
  /** Connections of stated proxies without a running request. */
  readonly proxies: number;
  readonly agents: number;
  /** Whether the system lets the service open so few files that it matters even without agents. */
  readonly areFew: boolean;
}

/** Divides the files that the service may open, so that it never runs out of files for its databases. */
export function connectionLimitsFor(openFilesMax: number): ConnectionLimits {
  const wanted = agentLimits.agentsMax + webLimits.knownConnectionsMax + 2 * webLimits.connectionsMax;
  const all = Math.max(webLimits.connectionsMin, Math.min(wanted, openFilesMax - webLimits.openFilesKept));
  const strangers = Math.min(webLimits.connectionsMax, Math.floor(all / 4));
  return {
    all,
    strangers,
    ofSource: Math.min(webLimits.connectionsPerSource, Math.floor(strangers / 2)),
    proxies: strangers,
    agents: Math.min(agentLimits.agentsMax, all - 2 * strangers),
    areFew: strangers < webLimits.connectionsMax,
  };
}

/** Returns how many files and sockets this process may have open at once; infinity if the system does not say. */
export function openFilesMax(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
