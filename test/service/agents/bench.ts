import { type Changes, watchChanges } from '@passfob/service/storage/database/changes';
import type { Db } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import type { Store } from '@passfob/service/storage/schema/store';
import { Agents } from '@passfob/service/subjects/agents/agents';
import { PushDispatcher } from '@passfob/service/subjects/agents/dispatcher/push-dispatcher';
import { ensureApplication } from '@passfob/service/subjects/applications/applications';
import type { TextConnection } from '@passfob/service/subjects/connections/connection';
import { identityReader } from '@passfob/service/subjects/connections/opening';
import { makePushes, type Pushes } from '@passfob/service/subjects/push/pushes';
import { beforeEach } from 'vitest';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { Office } from '../users/kit.ts';
import { type AgentWishes, type Dial, TestAgent } from './kit.ts';
import { type Asked, keyOfService, World } from './world.ts';

const ORIGIN = 'https://tokens.example.org';
/**
 * Timeouts are short so that lost frames cost little; frames are sent often enough to survive a short stall of the
 * computer.
 */
const HASTY = { answerTimeoutMs: 150, sendsMax: 4 };

/** A node without a network, with short timeouts for fobs. */
export class Bench extends World {
  readonly service = { url: ORIGIN };
  readonly node: Agents;
  readonly pushes: Pushes;
  /** How far the node's clock has advanced, in milliseconds. */
  aheadMs = 0;
  private readonly courier: PushDispatcher;
  private readonly store: Store;
  private readonly changes: readonly Changes[];
  private readonly applicationId: string;

  private constructor(office: Office, key: string, applicationId: string, store: Store) {
    super(office, key);
    const asking = watchChanges(office.store);
    const changes = store === office.store ? asking : watchChanges(store);
    const management = { ...office.management, db: store.db };
    this.store = store;
    this.applicationId = applicationId;
    this.changes = [asking, changes];
    const lock = async () => ({ threshold: 0, periodMs: 60_000 });
    this.pushes = makePushes({ ...office.management, lock }, { changes: asking });
    const identity = identityReader(management);
    const ticks = () => performance.now() + this.aheadMs;
    this.node = new Agents({ management, identity, ticks, patience: HASTY });
    this.courier = new PushDispatcher({ management, changes }, this.node);
  }

  /** @param reach how the agents' node reaches the database, if not like the requesting side */
  static async open(reach: (office: Office) => Promise<Store> = async ({ store }) => store): Promise<Bench> {
    const office = await Office.open();
    const { application } = await ensureApplication(office.store.db, office.nowMs);
    return new Bench(office, await keyOfService(office), application.id, await reach(office));
  }

  override async agent(wishes: AgentWishes = {}): Promise<TestAgent> {
    const agent = await TestAgent.open(this.service, this.key, { dial: this.dial, ...wishes });
    this.agents.push(agent);
    return agent;
  }

  private readonly dial: Dial = async () => {
    let hear: (text: string) => void = () => undefined;
    let closed: () => void = () => undefined;
    let isClosed = false;
    const close = () => {
      if (isClosed) return;
      isClosed = true;
      setImmediate(() => {
        connection.lost();
        closed();
      });
    };
    const line: TextConnection = {
      send: text => void (isClosed || setImmediate(() => hear(text))),
      close: () => setImmediate(close),
    };
    const connection = this.node.connect({ from: '192.0.2.9', origin: ORIGIN }, line);
    // Messages of one turn arrive together, like frames in one segment.
    const outgoing: string[] = [];
    const arrive = () => {
      for (const text of outgoing.splice(0)) connection.receive(text);
    };
    return {
      send: text => void (isClosed || (outgoing.push(text) === 1 && setImmediate(arrive))),
      onText(listener) {
        hear = listener;
      },
      onClose(listener) {
        closed = listener;
      },
      close,
    };
  };

  /** Creates a push request for a log-in. */
  async ask(user: string): Promise<Asked> {
    const session = this.nextSession();
    const { id, number } = await this.pushes.ask({ user, session, ...this.caller });
    return { id, number: String(number).padStart(2, '0'), session };
  }

  /**
   * Redeems a push request. Without `waitMs` asks until the person has answered, as long as a busy machine takes.
   * @returns `accepted`, `waiting` or `refused`
   */
  async take({ id, session }: Asked, waitMs?: number): Promise<string> {
    const endMs = performance.now() + (waitMs ?? PATIENCE_MS);
    const once = () => this.pushes.take({ id, session, waitMs: waitMs ?? 10_000, ...this.caller });
    let outcome = await once();
    while (outcome === 'waiting' && performance.now() < endMs) outcome = await once();
    return outcome === 'accepted' || outcome === 'waiting' ? outcome : 'refused';
  }

  private get caller() {
    return { applicationId: this.applicationId, source: '192.0.2.1', requestId: 'request' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.agents) await agent.close();
    this.pushes.end();
    await this.courier.close();
    await this.node.close();
    for (const changes of this.changes) changes.close();
    if (this.store !== this.office.store) await this.store.close();
    await this.office[Symbol.asyncDispose]();
  }
}

/** The node of the present test. */
export let bench: Bench;
export let office: Office;
export let management: Management;
export let db: Db;

/** Opens it for each test of a file. @param nowMs the moment of its clock */
export function openEachBench(nowMs?: number): void {
  beforeEach(async () => {
    bench = await Bench.open();
    ({ office, db } = bench);
    ({ management } = office);
    if (nowMs !== undefined) office.nowMs = nowMs;
    return () => bench[Symbol.asyncDispose]();
  });
}
