import { pause } from 'passfob/client/pause';
import { FobError } from 'passfob/errors';
import type { Transport } from 'passfob/transports/transport';

/** The result of waiting for a code: a typed code; the request to see it again; `out`, the waiting time is over. */
export type CodeInput =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'show' }
  | { readonly kind: 'out' };

/** How to wait for a code. */
export interface CodeWait {
  readonly waitMs: number;
  /** The screen still shows the previous code: input that came while the fob was busy counts. */
  readonly isSame: boolean;
}

/** What waiting for a code needs. */
export interface WaitTools {
  /** The transport of the fob that shows the code: without the fob the code is worthless. */
  readonly transport: Transport;
  readonly signal: AbortSignal;
  readonly pause?: typeof pause;
}

/** The pairing codes that the user types, one for each request. */
export class TypedCode {
  private take: ((typed: CodeInput) => void) | undefined;
  /** Input that came while nothing waited for it. */
  private early: CodeInput | undefined;

  receive(code: string): void {
    this.hand({ kind: 'code', code });
  }

  /** The user does not see the code. */
  show(): void {
    this.hand({ kind: 'show' });
  }

  private hand(typed: CodeInput): void {
    if (this.take !== undefined) this.take(typed);
    else if (this.early?.kind !== 'code') this.early = typed;
  }

  /** Returns the user's next input. @throws FobError `cancelled`, `unplugged` */
  next(
    { waitMs, isSame }: CodeWait,
    { transport, signal, pause: wait = pause }: WaitTools,
  ): Promise<CodeInput> {
    const { early } = this;
    this.early = undefined;
    if (isSame && early !== undefined && !signal.aborted) return Promise.resolve(early);
    return new Promise((resolve, reject) => {
      const settled = new AbortController();
      const settle = (finish: () => void) => {
        if (settled.signal.aborted) return;
        settled.abort();
        this.take = undefined;
        signal.removeEventListener('abort', cancel);
        stop?.();
        finish();
      };
      const cancel = () => settle(() => reject(new FobError('cancelled')));
      let stop: (() => void) | undefined;
      signal.addEventListener('abort', cancel, { once: true });
      const take = (typed: CodeInput) => settle(() => resolve(typed));
      this.take = take;
      stop = transport.onClose(reason =>
        settle(() => reject(reason ?? new FobError('unplugged', { subject: transport.name }))),
      );
      if (signal.aborted) cancel();
      // Cancelled once the input is there.
      wait(waitMs, settled.signal).then(
        () => take({ kind: 'out' }),
        () => undefined,
      );
    });
  }
}
