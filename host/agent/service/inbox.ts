import type { ServiceSocket } from '../../activation/socket.ts';
import type { RelaySays } from '../../carrier/messages.ts';
import { AGENT_SEND_QUEUE_MESSAGES_MAX } from '../base/limits.ts';
import type { Time } from '../base/time.ts';
import type { AgentWire } from './wire.ts';

/** Received messages in order, kept until they are read, so that none is lost between two readers. */
export class Inbox {
  isClosed: boolean;
  readonly wire: AgentWire;
  private readonly socket: ServiceSocket;
  private readonly waiting: string[];
  private wake: () => void;

  constructor(socket: ServiceSocket, wire: AgentWire) {
    this.socket = socket;
    this.wire = wire;
    this.isClosed = false;
    this.waiting = [];
    this.wake = () => undefined;
    socket.onText(text => {
      // Only a flood of messages fills the queue this far.
      if (this.waiting.push(text) > AGENT_SEND_QUEUE_MESSAGES_MAX) this.close();
      this.wake();
    });
    socket.onClose(() => {
      this.isClosed = true;
      this.wake();
    });
  }

  say(message: RelaySays<'agent' | 'care'>): void {
    const text = this.wire.write(message);
    if (!this.isClosed && text !== undefined) this.socket.send(text);
  }

  /**
   * Waits for the next text, including texts from before the end; undefined if none comes in time, or the connection
   * ended.
   */
  async next(withinMs: number, time: Time): Promise<string | undefined> {
    let isLate = false;
    const forget = time.after(withinMs, () => {
      isLate = true;
      this.wake();
    });
    try {
      while (this.waiting.length === 0 && !this.isClosed && !isLate)
        await new Promise<void>(resolve => {
          this.wake = resolve;
        });
    } finally {
      forget();
    }
    return this.waiting.shift();
  }

  close(): void {
    this.isClosed = true;
    this.socket.close();
    this.wake();
  }
}
