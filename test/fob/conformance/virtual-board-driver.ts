import type { BoardKind } from '@passfob/emulator/board/kinds';
import type { VirtualBoard } from '@passfob/emulator/board/options';
import type { virtualBoard } from '@passfob/emulator/board/virtual-board';
import { memoryStore, type StateStore } from '@passfob/simulator';
import { builtImage } from '@passfob/simulator/fob/built-image';
import { paced } from 'passfob/transports/paced';
import { pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { pressKey } from '../../kit/pressing.ts';
import { secret } from '../../kit/secrets.ts';
import { type Driver, DS3231_UTC_MAX, DS3231_UTC_MIN, OneKey, PRESS_MS } from './driver.ts';

/** From power-on until the image runs and the slow oscillator is replaced by the crystal. */
const BOOT_MS = 2_500;
/** The processor is at rest when it waited for so much of so long. */
const REST_MS = 10;
const REST_SHARE = 0.4;
/** Much longer than any work of the image. */
const WORK_MS_MAX = 30_000;

/** The image of a board on its own firmware, which needs time for its work. */
export class VirtualBoardDriver extends OneKey implements Driver {
  readonly algorithms: readonly number[];
  readonly hasShortRecords = true;
  readonly utcMin = DS3231_UTC_MIN;
  readonly utcMax = DS3231_UTC_MAX;
  readonly board: VirtualBoard;
  readonly transport: Transport;

  /**
   * @param make the board, as it was built
   * @param storage memory of a board that ran before; default: a new fob
   */
  constructor(
    make: typeof virtualBoard,
    firmware: Uint8Array,
    {
      seed = 1,
      storage = memoryStore(),
      board = 'pico',
    }: { seed?: number; storage?: StateStore; board?: BoardKind['board'] } = {},
  ) {
    super();
    this.algorithms = board === 'pico' ? [1, 2] : [1, 2, 3];
    this.board = make({
      board,
      firmware,
      seed,
      storage,
      image: builtImage(board),
      files: { birth: secret(crypto.getRandomValues(new Uint8Array(32))) },
    });
    this.transport = paced(this.open());
    this.start();
  }

  /** Opens the serial port, as often as a program wants. Its packets are not paced. */
  open(): Transport {
    const cable = pipe({
      name: 'virtual board',
      write: async text => {
        this.board.link.write(Buffer.from(text, 'latin1'));
        this.work();
      },
      release: async () => stop(),
    });
    const stop = this.board.link.onData(bytes => cable.receive(bytes));
    return cable.transport;
  }

  private start(): void {
    this.board.advance(BOOT_MS);
    this.work();
  }

  /** Runs the board until its work is done. */
  private work(): void {
    for (let workMs = 0; workMs < WORK_MS_MAX; workMs += REST_MS) {
      const before = this.board.counters();
      this.board.advance(REST_MS);
      const { seconds, idleSeconds } = this.board.counters();
      if (idleSeconds - before.idleSeconds >= REST_SHARE * (seconds - before.seconds)) return;
    }
    throw new Error('the virtual board does not come to rest');
  }

  async screen(): Promise<readonly string[]> {
    const screen = this.board.screen();
    return screen.on ? screen.text : [];
  }

  override async press(heldMs = PRESS_MS): Promise<void> {
    pressKey(this.board, 0, heldMs);
    this.work();
  }

  async advance(ms: number): Promise<void> {
    this.board.advance(ms);
    this.work();
  }

  async reboot(): Promise<void> {
    this.board.cutPower();
    this.board.powerOn();
    this.start();
  }

  async loseTime(): Promise<void> {
    this.board.cutPower();
    this.board.loseTime();
    this.board.powerOn();
    this.start();
  }

  complaints(): string {
    return [this.board.consoleText(), ...this.board.violations].join('');
  }

  async close(): Promise<void> {
    this.board.close();
  }
}
