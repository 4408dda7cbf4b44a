import { FobError } from '../../../errors.ts';
import type { Transport } from '../../../transports/transport.ts';
import { limits } from '../../limits.ts';
import { RelayRefusal } from './refusal.ts';

/** Pairing codes as the person types them, one for each time that one is asked for. */
export class TypedCode {
  private take: ((code: string) => void) | undefined;

  /** One that nobody has asked for is late, and lost. */
  receive(code: string): void {
    this.take?.(code);
  }

  /**
   * The next code.
   * @param transport of the fob that shows it: without the fob it is worth nothing
   * @throws RelayRefusal `idle`, FobError `cancelled`, `unplugged`
   */
  next(transport: Transport, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const settle = (finish: () => void) => {
        if (isSettled) return;
        isSettled = true;
        this.take = undefined;
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
        stop?.();
        finish();
      };
      const cancel = () => settle(() => reject(new FobError('cancelled')));
      const timer = setTimeout(() => settle(() => reject(new RelayRefusal('idle'))), limits.relayWaitMs);
      let stop: (() => void) | undefined;
      signal.addEventListener('abort', cancel, { once: true });
      this.take = code => settle(() => resolve(code));
      stop = transport.onClose(reason =>
        settle(() => reject(reason ?? new FobError('unplugged', { subject: transport.name }))),
      );
      if (signal.aborted) cancel();
    });
  }
}
