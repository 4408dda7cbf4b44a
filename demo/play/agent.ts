import { Agent } from 'passfob/agent/agent';
import { systemTime } from 'passfob/agent/base/time';
import { packageVersion } from 'passfob/commands/package-root';
import { FobError } from 'passfob/errors';
import { openTransport, readAddress } from 'passfob/transports/discover';
import type { DemoFob } from './fob.ts';
import { AGENT_TIMEOUT_MS } from './limits.ts';
import type { Stage } from './stage.ts';
import { texts } from './texts.ts';
import { stopped, unlessStopped } from './waiting.ts';

/** A running agent. */
export interface RunningAgent {
  /** Resolves when the service has proved all the fobs. @throws FobError `no-answer`, or the reason of the stop */
  readonly proved: () => Promise<void>;
  close(): Promise<void>;
}

/** A fob and its name. */
export interface NamedFob {
  readonly serial: string;
  readonly fob: DemoFob;
}

/** Starts the agent for the fobs, as `passfob agent` does, with the demo's service only. */
export async function startAgent(stage: Stage, fobs: readonly NamedFob[]): Promise<RunningAgent> {
  const { service } = stage;
  const ending = new AbortController();
  const waiting = new Set(fobs.map(({ serial }) => serial));
  let tell = () => {};
  const all = new Promise<void>(resolve => {
    tell = resolve;
  });
  const agent = new Agent({
    settings: {
      services: [{ url: service.url, name: texts.agent.service, fingerprint: await service.fingerprint() }],
    },
    // The service is on this computer, so no proxy is used.
    environment: {},
    time: systemTime,
    version: packageVersion(),
    async find(finder, signal) {
      const seen = fobs.map(({ serial, fob }) =>
        finder.found({
          serial,
          port: fob.address.split(':', 1)[0] ?? '',
          open: () => openTransport(readAddress(fob.address)),
        }),
      );
      await stopped(signal);
      await Promise.all(seen.map(one => one.gone()));
    },
    report(event) {
      if (event.event === 'standing' && event.standing === 'own') waiting.delete(event.serial);
      if (waiting.size === 0) tell();
    },
  });
  const running = agent.run(ending.signal);
  const tooLate = new FobError('no-answer', texts.errors.agentSlow);
  return {
    proved: () => unlessStopped(all, stage.stop, { timeoutMs: AGENT_TIMEOUT_MS, tooLate }),
    async close() {
      ending.abort();
      await running;
    },
  };
}
