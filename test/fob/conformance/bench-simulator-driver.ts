import { boot, type Fob } from '@passfob/simulator';
import type { BenchAnswer } from '../../kit/interpreter.ts';
import { secret } from '../../kit/secrets.ts';
import { BenchDriver, type BenchOrder } from './bench-driver.ts';
import { cableOf } from './simulator-driver.ts';

/** The bench image on the simulator. */
export class BenchSimulatorDriver extends BenchDriver {
  readonly fob: Fob;
  override readonly transport;

  private constructor(fob: Fob) {
    super();
    this.fob = fob;
    this.transport = cableOf(fob);
  }

  static async make(): Promise<BenchSimulatorDriver> {
    const birth = secret(crypto.getRandomValues(new Uint8Array(32)));
    const driver = new BenchSimulatorDriver(boot({ board: 'bench', files: { birth } }));
    await driver.tell();
    return driver;
  }

  /** The answer is complete with the last byte of the order. */
  protected override async order(order: BenchOrder): Promise<BenchAnswer> {
    const control = this.fob.serial('Serial2');
    let answer = '';
    const stop = control.onData(bytes => {
      answer += Buffer.from(bytes).toString('latin1');
    });
    control.write(Buffer.from(`${JSON.stringify(order)}\n`, 'latin1'));
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
