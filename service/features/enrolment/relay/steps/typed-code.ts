import { pause } from 'passfob/client/pause';
import { FobError } from 'passfob/errors';
import type { Transport } from 'passfob/transports/transport';

/** What comes of waiting for a code: one as it was typed; the wish to see it again; `out`, the wait is over. */
export type CodeInput =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'show' }
  | { readonly kind: 'out' };

/** How a code is waited for. */
export interface CodeWait {
  readonly waitMs: number;
  /** The screen still shows the code of before: what came while the fob was busy counts. */
  readonly isSame: boolean;
}

/** Where it is waited for. */
export interface WaitTools {
  /** Of the fob that shows the code: without the fob it is worth nothing. */
  readonly transport: Transport;
  readonly signal: AbortSignal;
  readonly pause?: typeof pause;
}

/** Pairing codes as the person types them, one for each time that one is asked for. */
export class TypedCode {
  private take: ((typed: CodeInput) => void) | undefined;
  /** What came while nobody waited. */
  private early: CodeInput | undefined;

  receive(code: string): void {
    this.hand({ kind: 'code', code });
  }

  /** The person does not see the code. */
  show(): void {
    this.hand({ kind: 'show' });
  }

  private hand(typed: CodeInput): void {
    if (this.take !== undefined) this.take(typed);
    else if (this.early?.kind !== 'code') this.early = typed;
  }

  /** What the person does next. @throws FobError `cancelled`, `unplugged` */
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
      // Cancelled once it is settled.
      wait(waitMs, settled.signal).then(
        () => take({ kind: 'out' }),
        () => undefined,
      );
    });
  }
}
