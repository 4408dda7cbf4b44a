import type { BoardPort } from '../../host/commands/flash-steps.ts';
import { FobError } from '../../host/errors.ts';
import { pipe } from '../../host/transports/pipe.ts';
import { type BoardName, boot, type Fob, memoryStore, type StateStore } from '../../simulator/index.ts';

/** Long enough for a simulated board, which answers at once; what has lost its power answers nothing. */
const PATIENCE = { probe: { answerTimeoutMs: 60, sendsMax: 1 }, consoleMs: 1_500, restartMs: 2_000 };

/** Longer than it takes to approve. */
const APPROVE_MS = 1_300;
const SHORT_MS = 100;
/** Until the console is open: see the firmware's MAINTENANCE_DELAY_MS. */
const OPEN_MS = 300;

/** A simulated board on a cable, in this process. */
export class Board {
  fob: Fob;
  readonly store: StateStore;
  readonly kind: BoardName;
  readonly port: BoardPort;
  /** Everything that went to the board. */
  sent = '';
  /** And came from it. */
  received = '';

  /** @param files what its Storage holds; none by default: a board with nothing but Espruino */
  constructor(kind: BoardName = 'pico', files: Record<string, Uint8Array> = {}, store = memoryStore()) {
    this.kind = kind;
    this.store = store;
    this.fob = boot({ board: kind, storage: store, image: files });
    this.port = { address: 'cable', patience: PATIENCE, open: async () => this.plugIn() };
  }

  private plugIn() {
    const { fob } = this;
    const port = fob.serial('USB');
    const link = fob.link;
    let stop: (() => void)[] = [];
    const cable = pipe({
      name: 'cable',
      write: async text => {
        if (!fob.powered) return cable.lost(new FobError('unplugged', { subject: 'cable' }));
        this.sent += text;
        // On the bench the console is on one port and frames on another: here one cable leads to both.
        port.write(Buffer.from(text, 'latin1'));
        if (this.kind === 'bench') link.write(Buffer.from(text, 'latin1'));
        if (!fob.powered) cable.lost(new FobError('unplugged', { subject: 'cable' }));
      },
      release: async () => {
        for (const each of stop) each();
      },
    });
    const receive = (bytes: Uint8Array) => {
      this.received += Buffer.from(bytes).toString('latin1');
      cable.receive(bytes);
    };
    stop = [port.onData(receive)];
    if (this.kind === 'bench') stop.push(link.onData(receive));
    return cable.transport;
  }

  approve(): void {
    this.fob.advance(OPEN_MS * 3);
    this.fob.press(0, APPROVE_MS);
    setTimeout(() => this.fob.advance(OPEN_MS), 400).unref();
  }

  press(): void {
    this.fob.press(0, SHORT_MS);
    this.fob.advance(OPEN_MS);
  }

  /** Power off and on: what is in Storage is looked at, and erased where it is not sound. */
  repower(): void {
    this.fob.cutPower();
    this.fob.powerOn();
  }
}
