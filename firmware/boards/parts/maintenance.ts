import type { Maintenance } from '../../core/base/ports.ts';
import { MAINTENANCE_DELAY_MS } from '../limits.ts';

/** Gives the interpreter's console to a port. `.boot0` takes it away at the next reset. */
export class ConsoleMaintenance implements Maintenance {
  private readonly port: DevicePort;

  constructor(port: DevicePort) {
    this.port = port;
  }

  /** Delayed, because the answer to the owner leaves through the same port first. */
  begin(): void {
    setTimeout(() => E.setConsole(this.port, { force: true }), MAINTENANCE_DELAY_MS);
  }
}
