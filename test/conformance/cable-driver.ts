import { openTransport, readAddress } from 'passfob/transports/discover';
import { paced } from 'passfob/transports/paced';
import type { Transport } from 'passfob/transports/transport';
import type { CableStage } from './sentences/cable.ts';

/** The fob at the port that `FOB_PORT` names: `/dev/ttyACM0`, `COM3`, `tcp:HOST:PORT`. */
export class CableDriver {
  readonly transport: Transport;

  private constructor(transport: Transport) {
    this.transport = transport;
  }

  /** @throws FobError of the port */
  static async open(port: string): Promise<CableDriver> {
    return new CableDriver(paced(await openTransport(readAddress(port))));
  }

  async close(): Promise<void> {
    await this.transport.close();
  }
}

/** A stage whose fob is opened when the tests begin. */
export function cableStage(driver: () => CableDriver | undefined): CableStage {
  return {
    get driver() {
      const open = driver();
      if (open === undefined) throw new Error('the stage is used before the group runs');
      return open;
    },
  };
}
