import { boot, type Fob, type Wire } from '@passfob/simulator';
import { paced } from 'passfob/transports/paced';
import { pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import type { BenchAnswer } from '../kit/interpreter.ts';
import { secret } from '../kit/secrets.ts';
import { BenchDriver, type BenchOrder } from './bench-driver.ts';

/** The bench image on the simulator. */
export class BenchSimulatorDriver extends BenchDriver {
  readonly fob: Fob;
  private readonly control: Wire;
  override readonly transport: Transport;

  private constructor(fob: Fob) {
    super();
    this.fob = fob;
    this.control = fob.serial('Serial2');
    const cable = pipe({
      name: 'bench',
      write: async text => fob.link.write(Buffer.from(text, 'latin1')),
      release: async () => {},
    });
    fob.link.onData(bytes => cable.receive(bytes));
    this.transport = paced(cable.transport);
  }

  static async make(): Promise<BenchSimulatorDriver> {
    const birth = secret(crypto.getRandomValues(new Uint8Array(32)));
    const driver = new BenchSimulatorDriver(boot({ board: 'bench', files: { birth } }));
    await driver.tell();
    return driver;
  }

  /** The answer is complete with the last byte of the order. */
  protected override async order(order: BenchOrder): Promise<BenchAnswer> {
    let answer = '';
    const stop = this.control.onData(bytes => {
      answer += Buffer.from(bytes).toString('latin1');
    });
    this.control.write(Buffer.from(`${JSON.stringify(order)}\n`, 'latin1'));
    stop();
    return JSON.parse(answer) as BenchAnswer;
  }

  override async reboot(): Promise<void> {
    this.fob.cutPower();
    this.fob.powerOn();
    await this.tell();
  }

  override complaints(): string {
    return [this.fob.consoleText(), ...this.fob.violations].join('');
  }

  override async close(): Promise<void> {
    this.fob.close();
  }
}
