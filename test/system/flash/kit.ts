import {
  type BoardName,
  type BootOptions,
  boot,
  type Fob,
  memoryStore,
  type StateStore,
} from '@passfob/simulator';
import type { Progress } from 'passfob/commands/context';
import type { BoardPort } from 'passfob/commands/flash-steps';
import { FobError } from 'passfob/errors';
import { pipe } from 'passfob/transports/pipe';

/** Long enough for a simulated board, which answers at once; a board without power answers nothing. */
const PATIENCE = { probe: { answerTimeoutMs: 60, sendsMax: 1 }, consoleMs: 400, restartMs: 300 };

/** Longer than an approval takes. */
const APPROVE_MS = 1_300;
/** How long a question takes no answer: PRESS_DEAF_MS of the protocol, and some. */
const DEAF_MS = 900;
/** Time that passes on the board while a cable is plugged in and while a line is sent. */
const OPEN_MS = 300;
const WRITE_MS = 5;

/** Of a pico, in the simulator's state: behind a header and the EEPROM. */
const STORAGE_AT = 128 + 4096;
const STORAGE_BYTES = 49_152;

/** A simulated board on a cable, in this process. */
export class Board {
  fob: Fob;
  readonly store: StateStore;
  readonly kind: BoardName;
  readonly port: BoardPort;
  /** All bytes sent to the board. */
  sent = '';
  /** All bytes received from it. */
  received = '';
  /** Pulls the cable; a board with a battery runs on. */
  unplug = () => {};
  /** Changes a line on its way to the board. */
  onTheWay = (text: string) => text;

  /**
   * @param files content of its Storage; none by default: a board with nothing but Espruino
   * @param hardware its parts, and the drift of its clock
   */
  constructor(
    kind: BoardName = 'pico',
    files: Record<string, Uint8Array> = {},
    store = memoryStore(),
    hardware: Pick<BootOptions, 'parts' | 'driftPpm' | 'espruino'> = {},
  ) {
    this.kind = kind;
    this.store = store;
    this.fob = boot({ board: kind, storage: store, image: files, ...hardware });
    this.port = { address: 'cable', patience: PATIENCE, open: async () => this.plugIn() };
  }

  private plugIn() {
    const { fob } = this;
    const console = fob.serial(this.kind === 'banglejs2' ? 'Bluetooth' : 'USB');
    const { link } = fob;
    const isPowered = () => {
      if (!fob.powered) cable.lost(new FobError('unplugged', { subject: 'cable' }));
      return fob.powered;
    };
    const stop: (() => void)[] = [];
    this.unplug = () => cable.lost(new FobError('unplugged', { subject: 'cable' }));
    const cable = pipe({
      name: 'cable',
      write: async text => {
        if (!isPowered()) return;
        this.sent += text;
        console.write(Buffer.from(this.onTheWay(text), 'latin1'));
        // The bench has its console on one port and frames on another: here one cable leads to both.
        if (this.kind === 'bench') link.write(Buffer.from(text, 'latin1'));
        if (isPowered()) fob.advance(WRITE_MS);
        isPowered();
      },
      release: async () => {
        for (const each of stop) each();
      },
    });
    const receive = (bytes: Uint8Array) => {
      this.received += Buffer.from(bytes).toString('latin1');
      cable.receive(bytes);
    };
    stop.push(console.onData(receive));
    if (this.kind === 'bench') stop.push(link.onData(receive));
    if (isPowered()) fob.advance(OPEN_MS);
    return cable.transport;
  }

  /** Answers every question of a command to its person. */
  answer(progress: Progress): void {
    if (progress.event === 'press-needed') {
      this.fob.advance(DEAF_MS);
      this.fob.press(0, APPROVE_MS);
    } else if (progress.event === 'restore-press-needed') this.fob.press();
  }

  /** Turns power off and on: Storage is checked, and erased where it is damaged. */
  repower(): void {
    this.fob.cutPower();
    this.fob.powerOn();
  }

  /** Whether a pico's Storage holds a file that is not deleted. */
  holds(name: string): boolean {
    return this.headerOf(name) >= 0;
  }

  private headerOf(name: string): number {
    const memory = Buffer.from(this.store.load() ?? []);
    return memory.indexOf(Buffer.from(`${name}\0\0`), STORAGE_AT);
  }

  /** Loses all of a pico's Storage, as after a power cut in a compaction; the EEPROM is another chip. */
  loseStorage(): void {
    this.between(() => this.store.write(STORAGE_AT, new Uint8Array(STORAGE_BYTES).fill(0xff)));
  }

  /** Loses one file only. */
  loseFile(name: string): void {
    this.between(() => this.store.write(this.headerOf(name), new Uint8Array(4)));
  }

  /** Changes the memories while the power is off. */
  private between(happens: () => void): void {
    this.fob.close();
    happens();
    this.fob = boot({ board: this.kind, storage: this.store });
  }
}
