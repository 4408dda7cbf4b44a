import { paced } from 'passfob/transports/paced';
import { pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { type Driver, DS3231_UTC_MAX, DS3231_UTC_MIN, OneKey } from '../../../fob/conformance/driver.ts';
import type { MeasuredBoard } from './cost.ts';

const SHORT_PRESS_MS = 100;
/** Until any screen is drawn after its reason, and until another press moves by one place again (JUMP_MS). */
const DRAWN_MS = 400;
const REBOOT_MS = 3000;
/** The board's time between two turns of the computer's program. */
const TURN_MS = 0.25;
/** Without a computer: long enough for idle time to be skipped. */
const PIECE_MS = 10;
/** Longer than the fob needs for any answer. */
const SILENCE_MS = 3000;
const NEWLINE = 0x0a;

/** An image on Espruino's own firmware. */
export class BoardDriver<B extends MeasuredBoard = MeasuredBoard> extends OneKey implements Driver {
  readonly algorithms = [1, 2];
  readonly utcMin = DS3231_UTC_MIN;
  readonly utcMax = DS3231_UTC_MAX;
  readonly board: B;
  readonly transport: Transport;
  /** Called between two short pieces of the board's time. */
  onPiece = () => {};
  /** When the board should be silent after the computer's last packet. */
  private silentMs = 0;
  private isRunning = false;

  constructor(board: B) {
    super();
    this.board = board;
    const cable = pipe({
      name: 'virtual board',
      write: async text => {
        this.board.link.write(Buffer.from(text, 'latin1'));
        this.silentMs = this.board.now() + SILENCE_MS;
        if (!this.isRunning) void this.runUntilAnswer();
      },
      release: async () => {},
    });
    this.board.link.onData(bytes => {
      if (bytes.includes(NEWLINE)) this.silentMs = 0;
      cable.receive(bytes);
    });
    this.transport = paced(cable.transport);
  }

  /** Lets the board work while the computer waits for it, which has a turn after each short piece. */
  private async runUntilAnswer(): Promise<void> {
    this.isRunning = true;
    while (this.board.now() < this.silentMs) {
      this.board.advance(TURN_MS);
      this.onPiece();
      await new Promise(resolve => setImmediate(resolve));
    }
    this.isRunning = false;
  }

  async screen(): Promise<readonly string[]> {
    await this.advance(DRAWN_MS);
    const screen = this.board.screen();
    return screen.on ? screen.text : [];
  }

  override async press(heldMs = SHORT_PRESS_MS): Promise<void> {
    this.board.keyDown();
    await this.advance(heldMs);
    this.board.keyUp();
  }

  async advance(ms: number): Promise<void> {
    const endMs = this.board.now() + ms;
    while (this.board.now() < endMs) {
      this.board.advance(Math.min(PIECE_MS, endMs - this.board.now()));
      this.onPiece();
    }
  }

  async reboot(): Promise<void> {
    this.board.cutPower();
    this.board.powerOn();
    await this.advance(REBOOT_MS);
  }

  async loseTime(): Promise<void> {
    this.board.loseTime();
    await this.reboot();
  }

  complaints(): string {
    return this.board.consoleText();
  }

  async close(): Promise<void> {
    this.board.close();
  }
}
