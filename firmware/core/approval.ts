import { PRESS_POLL_MS } from '@passfob/protocol/limits';
import {
  REFUSED_BUSY,
  REFUSED_PRESS_DENIED,
  REFUSED_PRESS_NEEDED,
  REFUSED_PRESS_REPORTED,
  REFUSED_PRESS_TIMEOUT,
} from '@passfob/protocol/refusals';
import { FAR } from './base/limits.ts';

const NONE = -1;
/** The next poll returns the answer: 0 for a yes, or a refusal. */
const WAITING = REFUSED_PRESS_NEEDED;
export const ANSWER_YES = 0;
export const ANSWER_NO = REFUSED_PRESS_DENIED;
export const ANSWER_TOO_LATE = REFUSED_PRESS_TIMEOUT;
export const ANSWER_REPORTED = REFUSED_PRESS_REPORTED;

/**
 * How to ask, as a sum: offer "Report it?" after a no; ask for the account's PIN after a yes; ask for no PIN of the
 * fob.
 */
export const ASK_PLAIN = 0;
export const ASK_REPORT = 1;
export const ASK_PIN = 2;
export const ASK_UNLOCKED = 4;
/** Stands for "no number to compare". */
export const NO_NUMBER = 255;

/**
 * The one request that waits for the person's yes or no. The host polls for the answer and gets it once, and only
 * while it still polls.
 */
export class Approval {
  private state: number;
  private request: string;
  /** When the fob first checked its keys with the question on the screen; `FAR` before that. */
  askedAt: number;
  private polledAt: number;

  constructor() {
    this.state = NONE;
    this.request = '';
    this.askedAt = 0;
    this.polledAt = 0;
  }

  /** Begins a request. Later polls with the same text belong to it. */
  begin(request: string, ms: number): void {
    this.state = WAITING;
    this.request = request;
    this.askedAt = FAR;
    this.polledAt = ms;
  }

  /** Notes the first check after the poll that brought the question: the question has been drawn by now. */
  look(ms: number): void {
    if (this.askedAt === FAR && ms > this.polledAt) this.askedAt = ms;
  }

  get isIdle(): boolean {
    return this.state === NONE;
  }

  /** Whether the request still has no answer, and so keeps the screen. */
  get isWaiting(): boolean {
    return this.state === WAITING;
  }

  /** Returns 0 once, after a yes; otherwise the refusal that answers this poll. */
  poll(request: string, ms: number): number {
    if (this.request !== request) return REFUSED_BUSY;
    this.polledAt = ms;
    const answer = this.state;
    if (answer !== WAITING) this.state = NONE;
    return answer;
  }

  /** @param answer one of the `ANSWER_` numbers */
  answer(answer: number): void {
    if (this.state === WAITING) this.state = answer;
  }

  /** Another view took the screen: the host must ask again, unless the person has answered. */
  hide(): void {
    if (this.state === WAITING) this.state = NONE;
  }

  /**
   * When the request is dropped unless the host polls again. Until the question has been drawn, 1 ms after the poll.
   */
  get deadline(): number {
    return this.state === NONE ? FAR : this.polledAt + (this.askedAt === FAR ? 1 : PRESS_POLL_MS);
  }

  /** Drops the request, answered or not: the host has gone. */
  drop(): void {
    this.state = NONE;
  }
}
