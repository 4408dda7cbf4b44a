import { fromReport, toReports } from '@passfob/protocol/reports';
import { boot, type Fob, memoryStore, type StateStore } from '@passfob/simulator';
import { type Pipe, pipe } from 'passfob/transports/pipe';
import { secret } from '../kit/secrets.ts';
import { type Driver, DS3231_UTC_MAX, DS3231_UTC_MIN } from './driver.ts';
import { OneKey } from './one-key.ts';

const PRESS_MS = 100;
/** Time after power-on: Linux sets the device up only then. */
const ENUMERATION_MS = 150;
/** Time of one report, and the number in which an answer of nine has arrived. */
const REPORT_MS = 10;
const ANSWER_REPORTS = 20;

/** The pico-hid image on the simulator, at its HID reports. */
export class PicoHidDriver extends OneKey implements Driver {
  readonly algorithms = [1, 2];
  readonly utcMin = DS3231_UTC_MIN;
  readonly utcMax = DS3231_UTC_MAX;
  readonly fob: Fob;
  /** Lengths of the received reports. */
  readonly lengths = new Set<number>();
  private readonly cable: Pipe;
  private isAnswered = false;

  /** @param storage memory of a fob that ran before; default: a new fob */
  constructor({
    storage = memoryStore(),
    image,
  }: { storage?: StateStore; image?: Record<string, Uint8Array> } = {}) {
    super();
    const birth = secret(crypto.getRandomValues(new Uint8Array(32)));
    this.fob = boot({ board: 'pico-hid', storage, files: { birth }, ...(image && { image }) });
    this.cable = pipe({
      name: 'pico-hid',
      write: async text => this.send(text),
      release: async () => {},
    });
    this.fob.frames.onData(report => {
      this.lengths.add(report.length);
      const text = fromReport(report) ?? '';
      this.isAnswered = text.endsWith('\n');
      this.cable.receive(Buffer.from(text, 'latin1'));
    });
    this.fob.advance(ENUMERATION_MS);
  }

  private send(text: string): void {
    this.isAnswered = false;
    for (const report of toReports(text)) this.fob.frames.write(report);
    for (let i = 0; i < ANSWER_REPORTS && !this.isAnswered; i++) this.fob.advance(REPORT_MS);
  }

  get transport() {
    return this.cable.transport;
  }

  async screen(): Promise<readonly string[]> {
    const screen = this.fob.screen();
    return screen.on ? screen.text : [];
  }

  override async press(heldMs = PRESS_MS): Promise<void> {
    this.fob.press(0, heldMs);
  }

  async advance(ms: number): Promise<void> {
    this.fob.advance(ms);
  }

  async reboot(): Promise<void> {
    this.fob.cutPower();
    this.fob.powerOn();
    this.fob.advance(ENUMERATION_MS);
  }

  async loseTime(): Promise<void> {
    this.fob.cutPower();
    this.fob.loseTime();
    await this.reboot();
  }

  complaints(): string {
    return [this.fob.consoleText(), ...this.fob.violations].join('');
  }

  async close(): Promise<void> {
    this.fob.close();
  }
}
