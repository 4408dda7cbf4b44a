import { fieldOf } from '../carrier/fields.ts';
import type { RelaySays, ServiceSays } from '../carrier/messages.ts';
import { pause } from '../client/pause.ts';
import { FobError } from '../errors.ts';
import { framesOnly } from '../transports/frames-only.ts';
import type { Transport } from '../transports/transport.ts';
import { checkIdentity } from './identity.ts';
import {
  OPENING_NONCE_BYTES,
  PLUG_AGAIN_MS,
  RELAY_ANSWER_TIMEOUT_MS,
  TYPED_CODE_CHARS_MAX,
} from './limits.ts';
import { type RelayDone, type RelayOptions, refusalOf } from './relay-options.ts';
import type { ServiceSocket } from './socket.ts';
import type { RelayWire } from './wire.ts';

/** One connection of a relay to the service, from opening to end. */
export class RelayConnection {
  private readonly options: RelayOptions;
  private readonly wire: RelayWire;
  private readonly id: Uint8Array;
  private readonly onEntered: () => void;
  /** Aborts all work for this connection. */
  private readonly ending: AbortController;
  private socket: ServiceSocket | undefined;
  private fob: Transport | undefined;
  /** The number of the fob that was opened last; counted from 0. */
  private number: number;
  /** Aborts all work for one fob: opening it and asking for its code. */
  private turn: AbortController;
  /** Aborts the question for one code. */
  private asking: AbortController;
  private hasPlugged: boolean;
  /** Undefined marks the end of the connection. */
  private readonly heard: (ServiceSays<'activation'> | undefined)[];
  private failure: FobError | undefined;
  private wake: () => void;

  constructor(options: RelayOptions, wire: RelayWire, id: Uint8Array, onEntered: () => void) {
    this.options = options;
    this.wire = wire;
    this.id = id;
    this.onEntered = onEntered;
    this.ending = new AbortController();
    this.turn = new AbortController();
    this.asking = new AbortController();
    this.hasPlugged = false;
    this.number = -1;
    this.heard = [];
    this.wake = () => undefined;
  }

  /** @throws FobError `service-silent` if the connection is lost; the caller may open another */
  async run(): Promise<RelayDone> {
    const { activation, openSocket, signal } = this.options;
    const cancel = () => this.fail(new FobError('cancelled'));
    signal.addEventListener('abort', cancel, { once: true });
    try {
      if (signal.aborted) throw new FobError('cancelled');
      this.socket = await openSocket(`${activation.service.replace(/^http/, 'ws')}${this.wire.path}`, signal);
      this.socket.onText(text => this.receive(text));
      this.socket.onClose(() => this.put(undefined));
      await this.open();
      return await this.carry();
    } catch (error) {
      // Tells the service that the relay gives up; the activation stays open.
      this.say({ type: 'stop' });
      throw error;
    } finally {
      signal.removeEventListener('abort', cancel);
      this.ending.abort();
      this.turn.abort();
      await this.fob?.close();
      this.socket?.close();
    }
  }

  /** Lets the service prove itself, then sends the code. */
  private async open(): Promise<void> {
    const { activation } = this.options;
    const nonce = globalThis.crypto.getRandomValues(new Uint8Array(OPENING_NONCE_BYTES));
    this.say({ type: 'open', version: 1, for: 'activation', nonce: fieldOf(nonce) });
    const identity = await this.next(RELAY_ANSWER_TIMEOUT_MS);
    if (identity.type === 'refused') throw refusalOf(identity);
    if (identity.type !== 'identity') throw noService();
    await checkIdentity(activation, nonce, identity, this.wire.opened);
    this.say({ type: 'enter', code: fieldOf(activation.code), relay: fieldOf(this.id) });
  }

  private async carry(): Promise<RelayDone> {
    for (;;) {
      const said = await this.next();
      switch (said.type) {
        case 'entered': {
          const { type: _, serial = null, ...facts } = said;
          this.onEntered();
          this.options.report({ event: 'entered', serial, ...facts });
          break;
        }
        case 'step':
          this.step(said);
          break;
        case 'bytes':
          // Bytes that cannot be sent count as lost on the wire; the transport's `onClose` reports that the fob is
          // gone.
          if (said.fob === this.number) this.fob?.send(said.text).catch(() => undefined);
          break;
        case 'done':
          return doneOf(said);
        case 'refused':
          throw refusalOf(said);
        case 'beat':
          break;
        case 'identity':
          throw noService();
      }
    }
  }

  private step(said: Extract<ServiceSays, { type: 'step' }>): void {
    const { type: _, ...facts } = said;
    const isCode = said.step === 'code' && said.same !== true;
    if (isCode) this.asking.abort();
    this.options.report({ event: 'step', ...facts });
    if (said.step === 'plug') void this.plug();
    if (isCode) void this.askCode(said.again === true);
  }

  /** Opens a fob in place of the previous one. */
  private async plug(): Promise<void> {
    this.turn.abort();
    const turn = new AbortController();
    this.turn = turn;
    const before = this.fob;
    this.fob = undefined;
    try {
      await before?.close();
      if (this.hasPlugged) await pause(PLUG_AGAIN_MS, turn.signal);
      const { transport, port } = await this.options.openFob(turn.signal);
      if (turn.signal.aborted || this.ending.signal.aborted) return await transport.close();
      this.hasPlugged = true;
      const fob = framesOnly(transport);
      this.fob = fob;
      this.number += 1;
      const { number } = this;
      this.say({ type: 'fob', fob: number, port });
      fob.onText(text => this.say({ type: 'bytes', fob: number, text }));
      fob.onClose(() => {
        if (this.fob !== fob) return;
        this.fob = undefined;
        this.say({ type: 'gone', fob: number });
      });
    } catch (error) {
      if (!turn.signal.aborted) this.fail(error);
    }
  }

  private async askCode(isAgain: boolean): Promise<void> {
    this.asking = new AbortController();
    const signal = AbortSignal.any([this.turn.signal, this.asking.signal]);
    const showAgain = () => {
      if (!signal.aborted) this.say({ type: 'show-code', fob: this.number });
    };
    try {
      const code = await this.options.askCode(isAgain, signal, showAgain);
      const typed = code.slice(0, TYPED_CODE_CHARS_MAX);
      if (!signal.aborted) this.say({ type: 'pairing-code', fob: this.number, code: typed });
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  private say(message: RelaySays<'activation'>): void {
    const text = this.wire.write(message);
    if (text !== undefined) this.socket?.send(text);
  }

  private receive(text: string): void {
    const message = this.wire.read(text);
    if (message === undefined) this.fail(noService());
    else this.put(message);
  }

  private put(message: ServiceSays<'activation'> | undefined): void {
    this.heard.push(message);
    this.wake();
  }

  private fail(error: unknown): void {
    this.failure ??= error instanceof FobError ? error : new FobError('activation', { cause: error });
    this.wake();
  }

  /**
   * Waits for the next message. @throws FobError `service-silent` if the connection has ended or nothing comes in
   * time
   */
  private async next(timeoutMs?: number): Promise<ServiceSays<'activation'>> {
    let isLate = false;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            isLate = true;
            this.wake();
          }, timeoutMs);
    try {
      while (this.heard.length === 0 && this.failure === undefined && !isLate)
        await new Promise<void>(resolve => {
          this.wake = resolve;
        });
    } finally {
      clearTimeout(timer);
    }
    // Messages received before the end are delivered before it.
    const message = this.failure === undefined ? this.heard.shift() : undefined;
    if (message !== undefined) return message;
    throw this.failure ?? new FobError('service-silent');
  }
}

/** @throws FobError `activation` if the service leaves out what an activation ends with */
function doneOf({ serial, token, text, ticket }: Extract<ServiceSays, { type: 'done' }>): RelayDone {
  if (serial === undefined || token === undefined || ticket === undefined) throw noService();
  return { serial, token, text, ticket };
}

/** The peer answers, but not as a service of this version. */
function noService(): FobError {
  return new FobError('activation', {
    sentence: 'The server does not speak the protocol of this passfob.',
    next: 'Update passfob, then try again.',
  });
}
