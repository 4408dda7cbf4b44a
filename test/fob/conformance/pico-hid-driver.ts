import { fromReport, toReports } from '@passfob/protocol/reports';
import { pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { SimulatorDriver, type SimulatorOptions } from './simulator-driver.ts';

/** Time after power-on: Linux sets the device up only then. */
const ENUMERATION_MS = 150;
/** Time of one report, and the number in which an answer of nine has arrived. */
const REPORT_MS = 10;
const ANSWER_REPORTS = 20;

/** The pico-hid image on the simulator, at its HID reports. */
export class PicoHidDriver extends SimulatorDriver {
  override readonly transport: Transport;
  /** Lengths of the received reports. */
  readonly lengths = new Set<number>();
  private isAnswered = false;

  constructor(options: SimulatorOptions = {}) {
    super(options, 'pico-hid');
    const cable = pipe({
      name: 'pico-hid',
      write: async text => this.send(text),
      release: async () => {},
    });
    this.fob.frames.onData(report => {
      this.lengths.add(report.length);
      const text = fromReport(report) ?? '';
      this.isAnswered = text.endsWith('\n');
      cable.receive(Buffer.from(text, 'latin1'));
    });
    this.transport = cable.transport;
    this.fob.advance(ENUMERATION_MS);
  }

  private send(text: string): void {
    this.isAnswered = false;
    for (const report of toReports(text)) this.fob.frames.write(report);
    for (let i = 0; i < ANSWER_REPORTS && !this.isAnswered; i++) this.fob.advance(REPORT_MS);
  }

  override async reboot(): Promise<void> {
    await super.reboot();
    this.fob.advance(ENUMERATION_MS);
  }
}
