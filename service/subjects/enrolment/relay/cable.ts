import { FobError } from 'passfob/errors';
import type { Pipe } from 'passfob/transports/pipe';
import type { Transport } from 'passfob/transports/transport';
import { relayLimits } from '../../../base/limits/relay.ts';
import { bytesOfCarried, carriedPipe } from '../../connections/carried.ts';
import { RelayRefusal } from './records/refusal.ts';

/** A fob at the relay's end. port: the name by which the relay reaches it. */
export interface Plugged {
  readonly transport: Transport;
  readonly port: string;
}

/** The fob behind a relay as a transport: the relay plugs it in, carries its bytes and unplugs it. */
export class Cable {
  private readonly sendText: (fob: number, text: string) => void;
  private number: number | undefined;
  private pipe: Pipe | undefined;
  private plugged: Plugged | undefined;
  private changed: () => void;

  /** @param sendText has the relay send text to the fob */
  constructor(sendText: (fob: number, text: string) => void) {
    this.sendText = sendText;
    this.changed = () => undefined;
  }

  /** The number of the fob that was plugged in last, by which the relay names it. */
  get fob(): number | undefined {
    return this.number;
  }

  /** Plugs a fob in, in place of the earlier one. @returns false for a number that was used before */
  plug(fob: number, port: string): boolean {
    if (this.number !== undefined && fob <= this.number) return false;
    this.unplug();
    this.number = fob;
    const made = carriedPipe(port, text => this.sendText(fob, text));
    this.pipe = made;
    this.plugged = { transport: made.transport, port };
    this.changed();
    return true;
  }

  /** Removes the fob, if one is plugged in: its owner is notified. */
  unplug(): void {
    this.pipe?.lost(new FobError('unplugged', { subject: this.plugged?.port ?? '' }));
    this.pipe = undefined;
    this.plugged = undefined;
  }

  /** Receives text from a fob, one character per byte. Without that fob the text is late, and dropped. */
  receive(fob: number, text: string): void {
    if (fob === this.number) this.pipe?.receive(bytesOfCarried(text));
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
