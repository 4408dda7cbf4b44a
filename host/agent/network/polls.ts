import type { ServiceSocket } from '../../activation/socket.ts';
import type { CarrierPoll } from '../../carrier/polls.ts';
import type { FobError } from '../../errors.ts';
import {
  AGENT_POLL_AGAIN_MS,
  AGENT_POLL_FAILURES_MAX,
  AGENT_POLL_MESSAGES_MAX,
  AGENT_POLLS_MAX,
  AGENT_SEND_QUEUE_MESSAGES_MAX,
} from '../base/limits.ts';
import type { Time } from '../base/time.ts';
import type { Path } from './path.ts';
import { isFinalFailure, type PollAnswer, postPoll } from './post-poll.ts';

/**
 * A connection to a service made of polls. One poll is always under way so that the service can send. The agent's
 * messages go at once in another poll, with all messages that the service has not confirmed. So they arrive in order
 * and once, even if polls overtake each other or fail.
 */
export class PollingSocket implements ServiceSocket {
  /** Why the connection ended, unless `close` ended it. */
  failure: FobError | undefined;
  private readonly path: Path;
  private readonly place: { readonly origin: string; readonly at: string };
  private readonly time: Time;
  private key: string;
  /** Messages that the service has not confirmed, and the number of the first. */
  private readonly unsent: string[];
  private unsentFrom: number;
  /** The number up to which messages have been put into a poll. */
  private saidTo: number;
  /** How many of the service's messages have been received. */
  private taken: number;
  private readonly underWay: Set<AbortController>;
  private failures: number;
  private receive: (text: string) => void;
  private readonly early: string[];
  private closed: () => void;
  private isClosed: boolean;

  /** @param place the service, and the path below which it takes polls */
  constructor(path: Path, place: { readonly origin: string; readonly at: string }, time: Time) {
    this.path = path;
    this.place = place;
    this.time = time;
    this.key = '';
    this.unsent = [];
    this.unsentFrom = 0;
    this.saidTo = 0;
    this.taken = 0;
    this.underWay = new Set();
    this.failures = 0;
    this.early = [];
    this.receive = text => void this.early.push(text);
    this.closed = () => undefined;
    this.isClosed = false;
  }

  send(text: string): void {
    if (this.isClosed) return;
    this.unsent.push(text);
    if (this.unsent.length > AGENT_SEND_QUEUE_MESSAGES_MAX) this.end();
    else this.go();
  }

  onText(listener: (text: string) => void): void {
    this.receive = listener;
    for (const text of this.early.splice(0)) listener(text);
  }

  onClose(listener: () => void): void {
    this.closed = listener;
    if (this.isClosed) listener();
  }

  close(): void {
    this.end();
  }

  /** Ensures that a poll is under way, and another if there are messages to send. */
  private go(): void {
    if (this.isClosed) return;
    const hasNews = this.saidTo < this.unsentFrom + Math.min(this.unsent.length, AGENT_POLL_MESSAGES_MAX);
    const isFirst = this.key === '';
    if (isFirst && this.underWay.size > 0) return;
    if (this.underWay.size > 0 && !hasNews) return;
    if (this.underWay.size >= AGENT_POLLS_MAX) {
      // The oldest poll is the held one; the next poll brings the messages it would have brought.
      const [oldest] = this.underWay;
      oldest?.abort();
      if (oldest !== undefined) this.underWay.delete(oldest);
    }
    void this.poll();
  }

  private async poll(): Promise<void> {
    const ending = new AbortController();
    this.underWay.add(ending);
    const messages = this.unsent.slice(0, AGENT_POLL_MESSAGES_MAX).map(text => JSON.parse(text));
    const asked: CarrierPoll = { key: this.key, from: this.unsentFrom, messages, taken: this.taken };
    this.saidTo = Math.max(this.saidTo, this.unsentFrom + messages.length);
    let again = false;
    let wasIdle = false;
    try {
      const answer = await postPoll(this.path, this.place, asked, ending.signal);
      if (!ending.signal.aborted) this.take(answer);
      wasIdle = messages.length === 0 && answer.messages.length === 0;
    } catch (error) {
      if (ending.signal.aborted || this.isClosed) return;
      this.failures += 1;
      // A failed first poll is reported at once: there is no connection to keep.
      again = this.key !== '' && !isFinalFailure(error) && this.failures < AGENT_POLL_FAILURES_MAX;
      if (!again) return this.end(error as FobError);
    } finally {
      this.underWay.delete(ending);
    }
    // The messages in this poll may not have arrived, so they are sent again.
    if (again) this.saidTo = this.unsentFrom;
    // A service that answers an empty poll at once must not cause a busy loop.
    if (again || wasIdle) this.time.after(AGENT_POLL_AGAIN_MS, () => this.go());
    else this.go();
  }

  private take(answer: PollAnswer): void {
    this.failures = 0;
    this.key = answer.key;
    const gone = Math.min(Math.max(0, answer.taken - this.unsentFrom), this.unsent.length);
    this.unsent.splice(0, gone);
    this.unsentFrom += gone;
    for (const [at, message] of answer.messages.entries()) {
      if (answer.from + at !== this.taken) continue;
      this.taken += 1;
      this.receive(JSON.stringify(message));
      if (this.isClosed) return;
    }
  }

  private end(failure?: FobError): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.failure = failure;
    for (const ending of this.underWay) ending.abort();
    this.path.cut();
    this.closed();
  }
}
