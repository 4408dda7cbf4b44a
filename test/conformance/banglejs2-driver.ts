import { REPORTED_PACKET_CHARS } from '@passfob/protocol/limits';
import { fromReport, toSingleBytes } from '@passfob/protocol/reports';
import { boot, type Fob, memoryStore, type StateStore } from '@passfob/simulator';
import { type Pipe, pipe } from 'passfob/transports/pipe';
import { secret } from '../kit/secrets.ts';
import type { Driver } from './driver.ts';

const PRESS_MS = 100;
/** A press would be enough except for HOTP, which requires a hold. */
const HELD_MS = 700;
const NEXT_KEY = 1;
const BACK_KEY = 3;
/** 2000 on: a clock that was never set begins at 1970. */
const UTC_MIN = 946_684_800;
const UTC_MAX = 2 ** 40 - 1;
/** Native CCM prints this where a tag does not fit. It is no fault, and no console is there to read it. */
const TAG_REFUSED = 'ERROR: Authenticated decryption failed\n';

/** The banglejs2 image on the simulator. */
export class BangleDriver implements Driver {
  readonly algorithms = [1, 2, 3];
  readonly utcMin = UTC_MIN;
  readonly utcMax = UTC_MAX;
  readonly fob: Fob;
  protected readonly cable: Pipe;

  /** @param storage memory of a fob that ran before; default: a new fob */
  constructor({
    seed = 1,
    storage = memoryStore(),
    birth = secret(crypto.getRandomValues(new Uint8Array(32))),
    image,
  }: {
    seed?: number;
    storage?: StateStore;
    birth?: Uint8Array;
    image?: Record<string, Uint8Array>;
  } = {}) {
    const files = birth.length > 0 ? { birth } : {};
    this.fob = boot({ board: 'banglejs2', seed, storage, files, ...(image && { image }) });
    this.cable = pipe({
      name: 'simulator',
      write: text => this.write(text),
      release: async () => {},
    });
    this.fob.link.onData(bytes => this.cable.receive(bytes));
  }

  protected async write(text: string): Promise<void> {
    this.fob.link.write(Buffer.from(text, 'latin1'));
  }

  get transport() {
    return this.cable.transport;
  }

  async screen(): Promise<readonly string[]> {
    const screen = this.fob.screen();
    return screen.on ? screen.text : [];
  }

  async press(heldMs = PRESS_MS): Promise<void> {
    this.fob.press(0, heldMs);
  }

  step(): Promise<void> {
    return this.touch(NEXT_KEY);
  }

  choose(): Promise<void> {
    return this.press(HELD_MS);
  }

  back(): Promise<void> {
    return this.touch(BACK_KEY);
  }

  private async touch(key: number): Promise<void> {
    this.fob.press(key);
  }

  async advance(ms: number): Promise<void> {
    this.fob.advance(ms);
  }

  async reboot(): Promise<void> {
    this.fob.cutPower();
    this.fob.powerOn();
  }

  /** Without power the watch has no clock. */
  loseTime(): Promise<void> {
    return this.reboot();
  }

  complaints(): string {
    return [this.fob.consoleText().replaceAll(TAG_REFUSED, ''), ...this.fob.violations].join('');
  }

  async close(): Promise<void> {
    this.fob.close();
  }
}

/** Time of one report to the watch, and of an acknowledgement; an answer takes as many as it has reports. */
const REPORT_MS = 8;
const ANSWER_MS = 40;
const ANSWER_REPORTS = 40;
const NEWLINE = 10;

/** The banglejs2 image on the simulator, at its HID reports: a bonded computer is connected. */
export class BangleHidDriver extends BangleDriver {
  /** Lengths of the received reports, without their id. */
  readonly lengths = new Set<number>();
  private isAnswered = false;
  private sent = 0;

  constructor(...options: ConstructorParameters<typeof BangleDriver>) {
    super(...options);
    this.fob.bluetooth?.connect(true);
    this.fob.frames.onData(report => {
      this.lengths.add(report.length);
      const text = fromReport(report) ?? '';
      if (text.includes('\n')) this.isAnswered = true;
      this.hear(text);
    });
  }

  /** Takes text from the watch. */
  protected hear(text: string): void {
    this.cable.receive(Buffer.from(text, 'latin1'));
  }

  /** Writes one character; behind a packet passes the time of its acknowledgement, behind a frame that of its answer. */
  protected put(report: Uint8Array): void {
    this.isAnswered = false;
    this.fob.frames.write(report);
    this.fob.advance(REPORT_MS);
    const isEnd = report[0] === NEWLINE;
    this.sent = isEnd ? 0 : (this.sent + 1) % REPORTED_PACKET_CHARS;
    if (this.sent === 0) this.fob.advance(ANSWER_MS);
    for (let i = 0; isEnd && i < ANSWER_REPORTS && !this.isAnswered; i++) this.fob.advance(ANSWER_MS);
  }

  override get transport() {
    return { ...super.transport, packetChars: REPORTED_PACKET_CHARS };
  }

  protected override async write(text: string): Promise<void> {
    for (const report of toSingleBytes(text)) this.put(report);
  }

  override async reboot(): Promise<void> {
    await super.reboot();
    this.fob.bluetooth?.connect(true);
  }
}
