import type { Unreached } from '../../carrier/messages.ts';
import type { FobError } from '../../errors.ts';
import { isFobError } from '../../errors.ts';
import { framesOnly } from '../../transports/frames-only.ts';
import type { Transport } from '../../transports/transport.ts';
import { AGENT_IDLE_MS, AGENT_PORT_QUEUE_CHARS_MAX } from '../base/limits.ts';
import type { Time } from '../base/time.ts';

/** A fob as reported by the search for fobs. */
export interface FobFound {
  /** As the fob reports it. */
  readonly serial: string;
  /** `serial`, `hid`, `tcp`. */
  readonly port: string;
  /** Opens its port. @throws FobError */
  readonly open: () => Promise<Transport>;
}

/** The callbacks of a port's current user. */
export interface PortListener {
  readonly bytes: (text: string) => void;
  /** The port could not be opened, or was lost: the listener no longer has it. */
  readonly unreached: (why: Unreached) => void;
}

/**
 * One period of use by a listener, from its first bytes until the port is closed. The next period has another object.
 */
interface Use {
  readonly listener: PortListener;
}

/**
 * A fob's port, open only while bytes flow, and for one connection at a time: bytes of other connections are refused
 * as `busy`.
 */
export class FobPort {
  readonly found: FobFound;
  private readonly time: Time;
  private readonly onLost: () => void;
  private use: Use | undefined;
  private transport: Transport | undefined;
  /** Runs openings and closings one after another. */
  private turn: Promise<void>;
  private waiting: string;
  /** Characters sent to the port and not written yet. */
  private unwritten: number;
  private forgetIdle: () => void;

  /** @param onLost is called if the port could not be opened or was lost: it may have another fob now, or none */
  constructor(found: FobFound, time: Time, onLost: () => void) {
    this.found = found;
    this.time = time;
    this.onLost = onLost;
    this.turn = Promise.resolve();
    this.waiting = '';
    this.unwritten = 0;
    this.forgetIdle = () => undefined;
  }

  /** Whether the port is open, or about to be. */
  get isInUse(): boolean {
    return this.use !== undefined;
  }

  isCarriedFor(listener: PortListener): boolean {
    return this.use?.listener === listener;
  }

  /** Sends text to the fob; opens the port first if it is closed. */
  carry(listener: PortListener, text: string): void {
    if (this.use !== undefined && this.use.listener !== listener) listener.unreached('busy');
    else if (this.waiting.length + this.unwritten + text.length > AGENT_PORT_QUEUE_CHARS_MAX)
      this.lose('failed');
    else if (this.transport !== undefined) {
      this.rest();
      this.send(this.transport, text);
    } else {
      this.rest();
      this.waiting += text;
      if (this.use !== undefined) return;
      const use: Use = { listener };
      this.use = use;
      this.turn = this.turn.then(() => this.open(use));
    }
  }

  /** Closes the port if this listener uses it. */
  release(listener: PortListener): Promise<void> {
    if (this.isCarriedFor(listener)) this.shut();
    return this.turn;
  }

  /** Closes the port for any listener. */
  close(): Promise<void> {
    this.shut();
    return this.turn;
  }

  private async open(use: Use): Promise<void> {
    if (this.use !== use) return;
    let transport: Transport;
    try {
      transport = framesOnly(await this.found.open());
    } catch (error) {
      if (this.use === use) this.lose(whyOf(error));
      return;
    }
    // The use ended meanwhile. The next use, even by the same listener, opens the port again after this.
    if (this.use !== use) return transport.close();
    this.transport = transport;
    transport.onText(text => {
      if (this.transport !== transport) return;
      this.rest();
      use.listener.bytes(text);
    });
    transport.onClose(reason => {
      if (this.transport === transport) this.lose(whyOf(reason));
    });
    const { waiting } = this;
    this.waiting = '';
    this.send(transport, waiting);
  }

  private send(transport: Transport, text: string): void {
    this.unwritten += text.length;
    transport.send(text).then(
      () => {
        if (this.transport === transport) this.unwritten -= text.length;
      },
      (error: FobError) => {
        if (this.transport === transport) this.lose(whyOf(error));
      },
    );
  }

  private lose(why: Unreached): void {
    const { use } = this;
    this.shut();
    use?.listener.unreached(why);
    // A port in use by another program still has the same fob.
    if (why !== 'busy') this.onLost();
  }

  private shut(): void {
    const { transport } = this;
    this.forgetIdle();
    this.use = undefined;
    this.transport = undefined;
    this.waiting = '';
    this.unwritten = 0;
    if (transport !== undefined) this.turn = this.turn.then(() => transport.close());
  }

  private rest(): void {
    this.forgetIdle();
    this.forgetIdle = this.time.after(AGENT_IDLE_MS, () => this.shut());
  }
}

function whyOf(error: unknown): Unreached {
  if (isFobError(error, 'port-busy')) return 'busy';
  return isFobError(error, 'no-answer', 'port-hung') ? 'silent' : 'failed';
}

/** The fobs that are plugged in. */
export class Fobs {
  private readonly ports: Set<FobPort>;
  private readonly listeners: Set<() => void>;

  constructor() {
    this.ports = new Set();
    this.listeners = new Set();
  }

  all(): readonly FobPort[] {
    return [...this.ports];
  }

  add(port: FobPort): void {
    this.ports.add(port);
    this.tell();
  }

  async remove(port: FobPort): Promise<void> {
    if (this.ports.delete(port)) this.tell();
    await port.close();
  }

  /** Calls back when a fob comes or goes. Returns a function that stops it. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
