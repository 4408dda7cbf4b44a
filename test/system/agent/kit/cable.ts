import type { AgentOptions, FobFinder, FobSeen } from 'passfob/agent/agent';
import type { FobFound } from 'passfob/agent/fobs/fobs';
import { FobError } from 'passfob/errors';
import { type Pipe, pipe } from 'passfob/transports/pipe';

/** A fob's port that the test controls: the bytes written to it, whether it is open, and its output. */
export class Cable {
  readonly serial: string;
  written = '';
  opens = 0;
  isOpen = false;
  /** Whether it accepts nothing that is written to it. */
  isStuck = false;
  /** The error that opening it fails with. */
  failure: FobError | undefined;
  private end: Pipe | undefined;

  constructor(serial: string) {
    this.serial = serial;
  }

  get found(): FobFound {
    return {
      serial: this.serial,
      port: 'tcp',
      open: async () => {
        this.opens += 1;
        if (this.failure !== undefined) throw this.failure;
        this.isOpen = true;
        this.end = pipe({
          name: this.serial,
          write: async text => {
            if (this.isStuck) await new Promise(() => undefined);
            this.written += text;
          },
          release: async () => {
            this.isOpen = false;
          },
        });
        return this.end.transport;
      },
    };
  }

  says(text: string): void {
    this.end?.receive(Uint8Array.from(text, character => character.charCodeAt(0)));
  }

  unplug(): void {
    this.end?.lost(new FobError('unplugged', { subject: this.serial }));
  }
}

/** A finder that the test controls. */
export class CablePorts {
  readonly lost: FobFound[] = [];
  private finder: FobFinder | undefined;
  private readonly early: FobFound[] = [];
  private readonly seen = new Map<Cable | FobFound, FobSeen>();

  readonly find: AgentOptions['find'] = async (finder, signal) => {
    this.finder = finder;
    finder.onLost(fob => void this.lost.push(fob));
    for (const fob of this.early.splice(0)) finder.found(fob);
    await new Promise<void>(resolve => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  };

  plug<Plugged extends Cable | FobFound>(cable: Plugged): Plugged {
    const found: FobFound = cable instanceof Cable ? cable.found : (cable as FobFound);
    if (this.finder === undefined) this.early.push(found);
    else this.seen.set(cable, this.finder.found(found));
    return cable;
  }

  async unplug(cable: Cable | FobFound): Promise<void> {
    await this.seen.get(cable)?.gone();
  }
}
