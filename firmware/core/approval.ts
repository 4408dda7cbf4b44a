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
/** An answer is what the poll after it gets: 0 for a yes, or a refusal. */
const WAITING = REFUSED_PRESS_NEEDED;
export const ANSWER_YES = 0;
export const ANSWER_NO = REFUSED_PRESS_DENIED;
export const ANSWER_TOO_LATE = REFUSED_PRESS_TIMEOUT;
export const ANSWER_REPORTED = REFUSED_PRESS_REPORTED;

/** How to ask, a sum: a no leads to "Report it?"; a yes to the account's PIN; a yes needs no PIN of the fob. */
export const ASK_PLAIN = 0;
export const ASK_REPORT = 1;
export const ASK_PIN = 2;
export const ASK_UNLOCKED = 4;
/** In place of a number to compare. */
export const NO_NUMBER = 255;

/**
 * The one request that waits for the person's yes or no. The host asks it again and again; the answer is given out once,
 * and only while the host still asks.
 */
export class Approval {
  private state: number;
  private request: string;
  /** When it was first looked for keys with the question on the screen, `FAR` before. */
  askedAt: number;
  private polledAt: number;

  constructor() {
    this.state = NONE;
    this.request = '';
    this.askedAt = 0;
    this.polledAt = 0;
  }

  /** Begins with a text by which polls of the same request are known. */
  begin(request: string, ms: number): void {
    this.state = WAITING;
    this.request = request;
    this.askedAt = FAR;
    this.polledAt = ms;
  }

  /** An input after the one that brought the question: it has been drawn by now. */
  look(ms: number): void {
    if (this.askedAt === FAR && ms > this.polledAt) this.askedAt = ms;
  }

  get isIdle(): boolean {
    return this.state === NONE;
  }

  /** Whether the screen is its own. */
  get isWaiting(): boolean {
    return this.state === WAITING;
  }

  /** 0 once, after a yes; otherwise the refusal to answer this poll with. */
  poll(request: string, ms: number): number {
    if (this.request !== request) return REFUSED_BUSY;
    this.polledAt = ms;
    const answer = this.state;
    if (answer !== WAITING) this.state = NONE;
    return answer;
  }

  /** With one of the `ANSWER_` numbers. */
  answer(answer: number): void {
    if (this.state === WAITING) this.state = answer;
  }

  /** Something else took its place on the screen: to be asked anew, unless it was answered. */
  hide(): void {
    if (this.state === WAITING) this.state = NONE;
  }

  /** When the host must have asked again; before, a moment after it was drawn. */
  get deadline(): number {
    return this.state === NONE ? FAR : this.polledAt + (this.askedAt === FAR ? 1 : PRESS_POLL_MS);
  }

  /** Dropped, answered or not: the host has gone. */
  drop(): void {
    this.state = NONE;
  }
}
