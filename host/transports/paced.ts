import { PACKET_ANSWER, PACKET_CHARS_MAX } from '@passfob/protocol/limits';
import { FobError } from '../errors.ts';
import { PACKET_QUEUE_CHARS_MAX, PACKET_TIMEOUT_MS } from '../limits.ts';
import type { Transport } from './transport.ts';

/**
 * Wraps the transport of a fob's port: text goes in packets, the next one when the port has answered the last (docs/
 * protocol.md, "Packets"), and the answers are removed from what the fob sends. For the program that holds the port;
 * around a transport that is paced already, or whose fob answers no packets, it soon changes nothing. A console is
 * not paced.
 */
export function paced(port: Transport): Transport {
  const pacer = new Pacer(port);
  return {
    name: port.name,
    send: text => pacer.send(text),
    onText: listener => pacer.onText(listener),
    onClose: listener => port.onClose(listener),
    close: () => port.close(),
  };
}

/** Whether the fob's port answers packets. Unknown is tried as if it did. */
type Knowledge = 'answers' | 'unknown' | 'silent';

const ANSWER = String.fromCharCode(PACKET_ANSWER);
/** All that matters in received text: answers to packets, and the mark and the end of a frame. */
const SIGNS = new RegExp(`[${ANSWER}~\n]`, 'g');

class Pacer {
  private readonly port: Transport;
  private readonly packetChars: number;
  private readonly listeners: Set<(text: string) => void>;
  private knowledge: Knowledge;
  /** The last packet was written, and neither its answer nor the answer to the whole frame has come. */
  private isUnanswered: boolean;
  /** The port has answered a packet of the present text. */
  private hasAnswered: boolean;
  /** Part of the present text is not written yet. */
  private isWriting: boolean;
  /** A mark has come, and its newline has not. */
  private isInFrame: boolean;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wake: () => void;
  /** One text at a time, in order. */
  private turn: Promise<void>;
  private queuedChars: number;

  constructor(port: Transport) {
    this.port = port;
    this.packetChars = port.packetChars ?? PACKET_CHARS_MAX;
    this.listeners = new Set();
    this.knowledge = 'unknown';
    this.isUnanswered = false;
    this.hasAnswered = false;
    this.isWriting = false;
    this.isInFrame = false;
    this.wake = () => undefined;
    this.turn = Promise.resolve();
    this.queuedChars = 0;
    port.onText(text => this.receive(text));
    // Writing then fails with the port's reason.
    port.onClose(() => this.proceed());
  }

  onText(listener: (text: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Resolves when all of the text is written. */
  async send(text: string): Promise<void> {
    if (this.queuedChars + text.length > PACKET_QUEUE_CHARS_MAX)
      throw new FobError('port-hung', { subject: this.port.name });
    this.queuedChars += text.length;
    const written = this.turn.then(() => this.write(text));
    this.turn = written.catch(() => undefined);
    try {
      await written;
    } finally {
      this.queuedChars -= text.length;
    }
  }

  private async write(text: string): Promise<void> {
    this.hasAnswered = false;
    this.isWriting = true;
    // A frame of one packet needs no knowledge: it is how the first one is gained.
    const isShort = text.length <= this.packetChars;
    try {
      for (let at = 0; at < text.length; ) {
        if (this.knowledge === 'answers' || (this.knowledge === 'unknown' && !isShort)) await this.answered();
        const end = this.knowledge === 'silent' ? text.length : Math.min(text.length, at + this.packetChars);
        this.isWriting = end < text.length;
        this.expectAnswer();
        await this.port.send(text.slice(at, end));
        at = end;
      }
    } catch (error) {
      // What was not written will not be answered.
      this.proceed();
      throw error;
    } finally {
      this.isWriting = false;
    }
  }

  /** Waits until the last packet is answered, or for so long that its answer must be lost. */
  private async answered(): Promise<void> {
    while (this.isUnanswered) {
      await new Promise<void>(resolve => {
        this.wake = resolve;
      });
    }
  }

  private expectAnswer(): void {
    clearTimeout(this.timer);
    this.isUnanswered = this.knowledge !== 'silent';
    if (!this.isUnanswered) return;
    this.timer = setTimeout(() => {
      this.doubt();
      this.proceed();
    }, PACKET_TIMEOUT_MS);
  }

  private proceed(): void {
    clearTimeout(this.timer);
    this.isUnanswered = false;
    this.wake();
  }

  /** An answer is missing. One may be lost; the second time, the fob gives none. */
  private doubt(): void {
    this.knowledge = this.knowledge === 'answers' ? 'unknown' : 'silent';
  }

  private receive(text: string): void {
    for (const [sign] of text.matchAll(SIGNS)) {
      if (sign === ANSWER) {
        this.knowledge = 'answers';
        this.hasAnswered = true;
        this.proceed();
      } else if (sign === '~') this.isInFrame = true;
      else if (this.isInFrame) {
        this.isInFrame = false;
        this.receiveFrame();
      }
    }
    const rest = text.replaceAll(ANSWER, '');
    if (rest !== '') for (const listener of this.listeners) listener(rest);
  }

  /**
   * All answers to packets come before the answer to their frame. So none is missing any more, even if more or fewer
   * came than packets went. A frame that comes before the request is written answers an earlier one, and tells
   * nothing.
   */
  private receiveFrame(): void {
    if (this.isWriting) return;
    if (!this.hasAnswered) this.doubt();
    this.proceed();
  }
}
