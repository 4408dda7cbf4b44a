import { FobError } from 'passfob/errors';
import type { Pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { relayLimits } from '../../../base/limits/relay.ts';
import { bytesOfCarried, carriedPipe } from '../../lines/carried.ts';
import { RelayRefusal } from './records/refusal.ts';

/** A fob at the relay's end. port: what the relay says it is reached by. */
export interface Plugged {
  readonly transport: Transport;
  readonly port: string;
}

/** The fob behind a relay as a transport: what the relay plugs in, carries and pulls out. */
export class Cable {
  private readonly sendText: (text: string) => void;
  private pipe: Pipe | undefined;
  private plugged: Plugged | undefined;
  private changed: () => void;

  /** @param sendText has the relay send text to the fob */
  constructor(sendText: (text: string) => void) {
    this.sendText = sendText;
    this.changed = () => undefined;
  }

  plug(port: string): void {
    this.unplug();
    const made = carriedPipe(port, this.sendText);
    this.pipe = made;
    this.plugged = { transport: made.transport, port };
    this.changed();
  }

  /** What is in, if anything, is out: its owner notices. */
  unplug(): void {
    this.pipe?.lost(new FobError('unplugged', { subject: this.plugged?.port ?? '' }));
    this.pipe = undefined;
    this.plugged = undefined;
  }

  /** Text from the fob, a character a byte. Without a fob it is late, and lost. */
  receive(text: string): void {
    this.pipe?.receive(bytesOfCarried(text));
  }

  /** The fob that is in, or the next that comes. @throws RelayRefusal `idle`, FobError `cancelled` */
  next(signal: AbortSignal): Promise<Plugged> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
        this.changed = () => undefined;
        finish();
      };
      const cancel = () => settle(() => reject(new FobError('cancelled')));
      const timer = setTimeout(() => settle(() => reject(new RelayRefusal('idle'))), relayLimits.relayWaitMs);
      const look = () => {
        const { plugged } = this;
        if (plugged !== undefined) settle(() => resolve(plugged));
      };
      if (signal.aborted) return cancel();
      signal.addEventListener('abort', cancel, { once: true });
      this.changed = look;
      look();
    });
  }
}
