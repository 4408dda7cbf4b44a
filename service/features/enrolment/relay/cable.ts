import { FobError } from 'passfob/errors';
import type { Pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { relayLimits } from '../../../base/limits/relay.ts';
import { bytesOfCarried, carriedPipe } from '../../lines/carried.ts';
import { RelayRefusal } from './records/refusal.ts';

/** A fob at the relay's end. port: the name by which the relay reaches it. */
export interface Plugged {
  readonly transport: Transport;
  readonly port: string;
}

/** The fob behind a relay as a transport: the relay plugs it in, carries its bytes and unplugs it. */
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

  /** Removes the fob, if one is plugged in: its owner is notified. */
  unplug(): void {
    this.pipe?.lost(new FobError('unplugged', { subject: this.plugged?.port ?? '' }));
    this.pipe = undefined;
    this.plugged = undefined;
  }

  /** Receives text from the fob, one character per byte. Without a fob the text is late, and dropped. */
  receive(text: string): void {
    this.pipe?.receive(bytesOfCarried(text));
  }

  /** Returns the plugged fob, or the next one. @throws RelayRefusal `idle`, FobError `cancelled` */
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
