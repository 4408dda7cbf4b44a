import { Deframer, decodeFrame } from '@passfob/protocol/frame';
import type { Primitives } from '@passfob/protocol/primitives';
import { FobError } from '../errors.ts';
import { paced } from '../transports/paced.ts';
import type { Transport } from '../transports/transport.ts';

/** How long an exchange waits, and how often it sends. */
export interface RetryPolicy {
  readonly answerTimeoutMs: number;
  readonly sendsMax: number;
}

/** One request on the wire. */
export interface Exchange<T> {
  /** Makes the frame for each send. */
  frame(): string;
  /** Returns the content of the answer, or undefined for a payload that does not answer the frame sent last. */
  accept(payload: Uint8Array): T | undefined;
}

/** Frames over a transport: sends in packets, waits for the answer, resends. One exchange at a time. */
export class Link {
  readonly primitives: Primitives;
  readonly name: string;
  private readonly transport: Transport;
  private onPayload: ((payload: Uint8Array) => void) | undefined;
  private onLost: ((reason: FobError) => void) | undefined;
  private lost: FobError | undefined;

  constructor(port: Transport, primitives: Primitives) {
    const transport = paced(port);
    this.primitives = primitives;
    this.transport = transport;
    this.name = transport.name;
    const deframer = new Deframer();
    transport.onText(chunk =>
      deframer.receive(chunk, text => {
        const payload = decodeFrame(primitives, text);
        if (payload) this.onPayload?.(payload);
      }),
    );
    transport.onClose(reason => {
      this.lost = reason ?? new FobError('unplugged', { subject: this.name });
      this.onLost?.(this.lost);
    });
  }

  /** @throws FobError `no-answer` after the last send, `unplugged`, `cancelled`, `port-busy` */
  async exchange<T>(what: Exchange<T>, patience: RetryPolicy, signal?: AbortSignal): Promise<T> {
    for (let sends = 0; sends < patience.sendsMax; sends++) {
      const answer = await this.once(what, patience.answerTimeoutMs, signal);
      if (answer !== undefined) return answer;
    }
    throw new FobError('no-answer', { subject: this.name });
  }

  /** Sends once and waits for the answer; undefined if none came in time. */
  private once<T>(what: Exchange<T>, waitMs: number, signal?: AbortSignal): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        this.onPayload = undefined;
        this.onLost = undefined;
        finish();
      };
      const fail = (error: unknown) => settle(() => reject(error));
      const cancel = () => fail(new FobError('cancelled'));
      const timer = setTimeout(() => settle(() => resolve(undefined)), waitMs);
      if (this.lost) return fail(this.lost);
      if (signal?.aborted) return cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      this.onLost = fail;
      this.onPayload = payload => {
        try {
          const answer = what.accept(payload);
          if (answer !== undefined) settle(() => resolve(answer));
        } catch (error) {
          fail(error);
        }
      };
      this.transport.send(what.frame()).catch(fail);
    });
  }

  close(): Promise<void> {
    return this.transport.close();
  }
}
