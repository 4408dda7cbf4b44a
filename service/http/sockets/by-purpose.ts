import type { CarrierPurpose } from '@passfob/protocol/carrier';
import { Holdings } from '../../base/fairness/holdings.ts';
import { agentLimits } from '../../base/limits/agents.ts';
import {
  GOING_AWAY,
  POLICY_VIOLATION,
  type Talker,
  type TextConnection,
  TRY_AGAIN_LATER,
} from '../../subjects/connections/connection.ts';
import { carrierDialect } from '../../subjects/connections/dialect.ts';

/** A connection whose first message says what it is for. */
export class ByPurpose implements Talker, Displaceable {
  readonly from: string;
  private readonly line: TextConnection;
  private readonly unopened: Unopened;
  private readonly find: (purpose: CarrierPurpose) => Talker | undefined;
  private readonly late: NodeJS.Timeout;
  private talker: Talker | undefined;
  private isOver: boolean;

  /**
   * @param from the source, as limits count it
   * @param find returns the side of the service for a purpose; undefined if it has no capacity for it
   */
  constructor(
    from: string,
    line: TextConnection,
    unopened: Unopened,
    find: (purpose: CarrierPurpose) => Talker | undefined,
  ) {
    this.from = from;
    this.line = line;
    this.unopened = unopened;
    this.find = find;
    this.isOver = false;
    this.late = setTimeout(() => this.end(POLICY_VIOLATION), agentLimits.agentOpeningMs);
    unopened.add(this);
  }

  receive(text: string | undefined): void {
    if (this.talker === undefined && !this.isOver) this.open(text);
    this.talker?.receive(text);
  }

  lost(): void {
    this.isOver = true;
    this.stopWaiting();
    this.talker?.lost();
  }

  shutDown(): void {
    if (this.talker === undefined) this.end(GOING_AWAY);
    else this.talker.shutDown();
  }

  /** Closes the connection because others need its place more: it has said nothing yet. */
  giveWay(): void {
    this.end(TRY_AGAIN_LATER);
  }

  private open(text: string | undefined): void {
    const message = text === undefined ? undefined : carrierDialect.read(text, undefined);
    if (message?.type !== 'open') {
      this.end(POLICY_VIOLATION);
      return;
    }
    this.stopWaiting();
    this.talker = this.find(message.for);
    // The relay connects again, to another node or later.
    if (this.talker === undefined) this.end(TRY_AGAIN_LATER);
  }

  private stopWaiting(): void {
    clearTimeout(this.late);
    this.unopened.remove(this);
  }

  private end(code: number): void {
    if (this.isOver) return;
    this.isOver = true;
    this.stopWaiting();
    this.line.close(code);
  }
}

/** A connection that closes when others need its place more. */
export interface Displaceable {
  /** The source, as limits count it. */
  readonly from: string;
  /** Closes it, and removes it from those that wait. */
  giveWay(): void;
}

/**
 * The connections that have not said yet what they are for, or have shown no accepted activation code. At the limit of a source, its oldest gives way; at the
 * limit of the node, the oldest of the source that has most: a crowd from one source displaces no other source.
 */
export class Unopened {
  private readonly sources: Map<string, Set<Displaceable>>;
  private readonly holdings: Holdings;
  private readonly most: number;
  private readonly mostPerSource: number;
  private count: number;

  constructor(most: number = agentLimits.unopenedMax, mostPerSource: number = agentLimits.unopenedPerSource) {
    this.sources = new Map();
    this.holdings = new Holdings();
    this.most = most;
    this.mostPerSource = mostPerSource;
    this.count = 0;
  }

  add(connection: Displaceable): void {
    const { from } = connection;
    if ((this.sources.get(from)?.size ?? 0) >= this.mostPerSource) this.giveWay(from);
    if (this.count >= this.most) this.giveWay(this.holdings.largest);
    const source = this.sources.get(from) ?? new Set();
    this.sources.set(from, source.add(connection));
    this.holdings.add(from);
    this.count++;
  }

  /** Removes a connection that is open or has ended; a second call does nothing. */
  remove(connection: Displaceable): void {
    const source = this.sources.get(connection.from);
    if (source === undefined || !source.delete(connection)) return;
    this.holdings.remove(connection.from);
    this.count--;
    if (source.size === 0) this.sources.delete(connection.from);
  }

  private giveWay(from: string | undefined): void {
    const [oldest] = this.sources.get(from ?? '') ?? [];
    oldest?.giveWay();
  }
}
