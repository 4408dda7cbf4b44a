import { pushLimits } from '@passfob/service/base/limits/push';

const OPEN = ['waiting', 'sent', 'shown'];
const SAID_NOTHING = [...OPEN, 'superseded', 'failed'];

/** A request as its session and application know it. */
interface NewAsked {
  readonly id: string;
  readonly question: string;
  readonly user: string;
  readonly session: string;
  readonly applicationId: string;
  readonly source: string;
  readonly isSourceKnown: boolean;
}

/** The session and application that redeem a request. */
type Asker = Pick<NewAsked, 'session' | 'applicationId'>;

/** A request with its expected result. */
export interface Asked extends NewAsked {
  readonly atMs: number;
  readonly isForSomebody: boolean;
  /** Its source, if it was a trusted one of the user. */
  readonly familiar: string | undefined;
  state: string;
  link: string | undefined;
  quietUntilMs: number;
}

/** A log-in from a known source. */
export interface LogIn {
  readonly user: string;
  readonly source: string;
  readonly atMs: number;
}

/** The expected behaviour of push requests: an independent implementation of `docs/push.md`. */
export class Model {
  readonly asked: Asked[] = [];
  readonly #links = new Map<string, string>();
  /** All log-ins so far. */
  readonly #logIns: LogIn[];
  nowMs = 0;
  accepted = 0;
  /** The most requests of one user that were open at once. */
  mostOpen = 0;

  constructor(logIns: LogIn[]) {
    this.#logIns = logIns;
  }

  /** Removes requests that are over and no longer cause a cool-down. */
  sweep(): void {
    for (const one of this.asked)
      if (one.atMs <= this.nowMs - pushLimits.pushesUnapprovedMs && one.quietUntilMs <= this.nowMs)
        one.state = 'forgotten';
  }

  connect(user: string, link: string): void {
    this.#links.set(user, link);
  }

  linkOf(user: string): string | undefined {
    return this.#links.get(user);
  }

  ask(given: NewAsked): void {
    const own = this.asked.filter(({ user }) => user === given.user);
    const familiar = this.#familiar(given);
    const givesWay =
      familiar === undefined &&
      own.some(
        one =>
          one.isForSomebody && one.familiar !== undefined && OPEN.includes(one.state) && this.#isInTime(one),
      );
    const unapproved = own.filter(
      one =>
        one.isForSomebody &&
        one.familiar === familiar &&
        one.atMs > this.nowMs - pushLimits.pushesUnapprovedMs &&
        !['approved', 'used'].includes(one.state),
    );
    const isQuiet = own.some(one => one.quietUntilMs > this.nowMs);
    const isForSomebody =
      this.linkOf(given.user) !== undefined &&
      !isQuiet &&
      !givesWay &&
      unapproved.length < pushLimits.pushesUnapproved;
    if (isForSomebody)
      for (const one of own) if (OPEN.includes(one.state) && one.isForSomebody) one.state = 'superseded';
    const about = { state: 'waiting', link: undefined, quietUntilMs: 0, atMs: this.nowMs };
    this.asked.push({ ...given, ...about, isForSomebody, familiar });
    const open = this.asked.filter(
      one => one.user === given.user && one.isForSomebody && OPEN.includes(one.state) && this.#isInTime(one),
    );
    this.mostOpen = Math.max(this.mostOpen, open.length);
  }

  #familiar({ user, source, isSourceKnown }: NewAsked): string | undefined {
    const sinceMs = this.nowMs - pushLimits.pushFamiliarMs;
    const isFamiliar = this.#logIns.some(
      one => one.user === user && one.source === source && one.atMs > sinceMs,
    );
    return isSourceKnown && isFamiliar ? source : undefined;
  }

  #isInTime({ atMs }: Asked): boolean {
    return this.nowMs < atMs + pushLimits.pushMs;
  }

  #isUnclaimed(one: Asked): boolean {
    const link = this.linkOf(one.user);
    return one.isForSomebody && OPEN.includes(one.state) && this.#isInTime(one) && one.link !== link;
  }

  /** Returns the ids of the requests that a connection is to receive. */
  toSend(): string[] {
    return this.asked.filter(one => this.#isUnclaimed(one)).map(({ id }) => id);
  }

  claim(one: Asked, link: string): boolean {
    if (!this.#isUnclaimed(one) || this.linkOf(one.user) !== link) return false;
    one.state = 'sent';
    one.link = link;
    return true;
  }

  isClaimed(one: Asked, link: string): boolean {
    return ['sent', 'shown'].includes(one.state) && one.link === link && this.#isInTime(one);
  }

  show(one: Asked, link: string): boolean {
    const isSo = one.state === 'sent' && this.isClaimed(one, link);
    if (isSo) one.state = 'shown';
    return isSo;
  }

  giveBack(one: Asked, link: string): boolean {
    const isSo = this.isClaimed(one, link);
    if (isSo) {
      one.state = 'waiting';
      one.link = undefined;
    }
    return isSo;
  }

  end(one: Asked, link: string, to: 'denied' | 'reported' | 'failed'): boolean {
    const isClaimed = this.isClaimed(one, link);
    // A denial that comes too late to end the request still counts, once.
    const isHeard =
      ['sent', 'shown', 'superseded', 'withdrawn'].includes(one.state) &&
      one.link === link &&
      one.quietUntilMs === 0;
    if (isClaimed) one.state = to;
    if (!isHeard) return false;
    if (to === 'denied') one.quietUntilMs = this.nowMs + pushLimits.pushDeniedQuietMs;
    if (to === 'reported') one.quietUntilMs = this.nowMs + pushLimits.pushReportedQuietMs;
    if (to === 'reported' && one.isSourceKnown) this.#forget(one);
    return isClaimed;
  }

  answer(one: Asked, link: string, isRight: boolean): boolean {
    if (!this.isClaimed(one, link)) return false;
    one.state = isRight ? 'approved' : 'failed';
    return isRight;
  }

  #isAskers(one: Asked, by: Asker): boolean {
    return one.session === by.session && one.applicationId === by.applicationId;
  }

  withdraw(one: Asked, by: Asker): void {
    const mayEnd = [...SAID_NOTHING, 'approved'].includes(one.state) && this.#isInTime(one);
    if (this.#isAskers(one, by) && mayEnd) one.state = 'withdrawn';
  }

  take(one: Asked, by: Asker): string {
    if (!this.#isAskers(one, by)) return 'no_push';
    const isOpen = SAID_NOTHING.includes(one.state) || one.state === 'approved';
    if (isOpen && !this.#isInTime(one)) return 'push_expired';
    if (SAID_NOTHING.includes(one.state)) return 'waiting';
    if (one.state === 'denied') return 'push_denied';
    if (one.state === 'reported') return 'push_reported';
    if (one.state !== 'approved') return 'no_push';
    one.state = 'used';
    this.accepted++;
    const isRefused = this.asked.some(
      ({ user, source, isSourceKnown, quietUntilMs }) =>
        user === one.user && source === one.source && isSourceKnown && quietUntilMs > this.nowMs,
    );
    if (one.isSourceKnown && !isRefused)
      this.#logIns.push({ user: one.user, source: one.source, atMs: this.nowMs });
    return 'accepted';
  }

  /** After a report, the request's source is no longer trusted. */
  #forget({ user, source }: NewAsked): void {
    const kept = this.#logIns.filter(one => one.user !== user || one.source !== source);
    this.#logIns.splice(0, this.#logIns.length, ...kept);
  }
}
