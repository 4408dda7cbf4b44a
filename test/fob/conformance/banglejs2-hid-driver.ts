import { REPORTED_PACKET_CHARS } from '@passfob/protocol/limits';
import { fromReport, toSingleBytes } from '@passfob/protocol/reports';
import { paced } from 'passfob/transports/paced';
import { type Pipe, pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { BangleDriver } from './banglejs2-driver.ts';

/** Time of one report to the watch, and of an answer to a packet; an answer to a frame takes as many as reports. */
const REPORT_MS = 8;
const ANSWER_MS = 40;
const ANSWER_REPORTS = 40;
const NEWLINE = 10;

/** The banglejs2 image on the simulator, at its HID reports: a bonded computer is connected. */
export class BangleHidDriver extends BangleDriver {
  override readonly transport: Transport;
  /** Lengths of the received reports, without their id. */
  readonly lengths = new Set<number>();
  protected readonly cable: Pipe;
  private isAnswered = false;
  private sent = 0;

  constructor(...options: ConstructorParameters<typeof BangleDriver>) {
    super(...options);
    this.fob.bluetooth?.connect(true);
    this.cable = pipe({
      name: 'watch',
      packetChars: REPORTED_PACKET_CHARS,
      write: text => this.write(text),
      release: async () => {},
    });
    this.fob.frames.onData(report => {
      this.lengths.add(report.length);
      const text = fromReport(report) ?? '';
      if (text.includes('\n')) this.isAnswered = true;
      this.hear(text);
    });
    this.transport = paced(this.cable.transport);
  }

  /** Takes text that leaves the watch. */
  protected hear(text: string): void {
    this.cable.receive(Buffer.from(text, 'latin1'));
  }

  protected async write(text: string): Promise<void> {
    for (const report of toSingleBytes(text)) this.put(report);
  }

  /** Writes one character; behind a packet passes the time of its answer, behind a frame that of the frame's. */
  protected put(report: Uint8Array): void {
    this.isAnswered = false;
    this.fob.frames.write(report);
    this.fob.advance(REPORT_MS);
    const isEnd = report[0] === NEWLINE;
    this.sent = isEnd ? 0 : (this.sent + 1) % REPORTED_PACKET_CHARS;
    if (this.sent === 0) this.fob.advance(ANSWER_MS);
    for (let i = 0; isEnd && i < ANSWER_REPORTS && !this.isAnswered; i++) this.fob.advance(ANSWER_MS);
  }

  override async reboot(): Promise<void> {
    await super.reboot();
    this.fob.bluetooth?.connect(true);
  }
}
