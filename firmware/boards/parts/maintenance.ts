import type { Maintenance } from '../../core/ports.ts';

/** Gives the interpreter's console to a port. The next reset, by `.boot0`, takes it away again. */
export class ConsoleMaintenance implements Maintenance {
  private readonly port: DevicePort;

  constructor(port: DevicePort) {
    this.port = port;
  }

  begin(): void {
    E.setConsole(this.port, { force: true });
  }
}
