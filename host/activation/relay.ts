import { pause } from '../client/pause.ts';
import { FobError, isFobError } from '../errors.ts';
import { RelayConnection } from './connection.ts';
import { earlierWire } from './earlier-wire.ts';
import { RECONNECT_MAX_MS, RECONNECT_MIN_MS, RECONNECTS_MAX, RELAY_ID_BYTES } from './limits.ts';
import type { RelayDone, RelayOptions } from './relay-options.ts';
import { carrierWire } from './wire.ts';

/**
 * Carries the bytes between a fob and the service that made an activation, until the fob's token is active. It
 * verifies the service's identity before it sends the code, and reconnects by itself after a lost connection.
 * @throws FobError `activation` with `details` `{ code, isFinal }` if the service refuses, `service-silent`,
 *   `certificate`, `cancelled`, errors of `openFob` and `askCode`
 */
export async function relayActivation(options: RelayOptions): Promise<RelayDone> {
  const { activation, report, signal } = options;
  // The same on all connections of this run, so that the service recognises a relay that reconnects.
  const id = globalThis.crypto.getRandomValues(new Uint8Array(RELAY_ID_BYTES));
  let againMs = RECONNECT_MIN_MS;
  let wire = carrierWire;
  for (let failures = 1; ; failures++) {
    report({ event: 'connecting', service: activation.service });
    const connection = new RelayConnection(options, wire(), id, () => {
      failures = 0;
      againMs = RECONNECT_MIN_MS;
    });
    try {
      return await connection.run();
    } catch (error) {
      if (wire === carrierWire && isUnknownPath(error)) {
        wire = earlierWire;
        failures--;
        continue;
      }
      if (!isFobError(error, 'service-silent') || failures >= RECONNECTS_MAX) throw error;
    }
    report({ event: 'lost', againMs });
    await pause(againMs, signal);
    againMs = Math.min(againMs * 2, RECONNECT_MAX_MS);
  }
}

/** A service from before the carrier protocol does not have its path. */
function isUnknownPath(error: unknown): boolean {
  return error instanceof FobError && error.details?.status === 404;
}
