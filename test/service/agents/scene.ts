import type { Service, ServiceOptions } from '@passfob/service/service';
import type { Db } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import { beforeEach } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { apiKeyOf, Rig } from '../kit.ts';
import { type Node, startNode } from '../nodes/node.ts';
import { Office } from '../users/kit.ts';
import { type AgentWishes, TestAgent } from './kit.ts';
import { type Asked, keyOfService, World } from './world.ts';

/** The address of a node. */
interface Reached {
  readonly url: string;
}

/** Network clients of a service, with the office beside it. */
abstract class Outside extends World {
  private readonly rig: Rig;
  private readonly apiKey: string;

  protected constructor(
    { rig, office, apiKey }: { readonly rig: Rig; readonly office: Office; readonly apiKey: string },
    key: string,
  ) {
    super(office, key);
    this.rig = rig;
    this.apiKey = apiKey;
  }

  protected abstract readonly first: Reached;

  override async agent(wishes: AgentWishes = {}, at: Reached = this.first): Promise<TestAgent> {
    const agent = await TestAgent.open(at, this.key, wishes);
    this.agents.push(agent);
    return agent;
  }

  /** Creates a push request for a log-in. */
  async ask(user: string, at: Reached = this.first): Promise<Asked> {
    const session = this.nextSession();
    const response = await this.post(at, '', { user, session });
    const { id, number } = (await response.json()) as { id: string; number: string };
    return { id, number, session };
  }

  /** Redeems a push request. @returns `accepted`, `waiting` or `refused` */
  async take({ id, session }: Asked, waitMs = 10_000, at: Reached = this.first): Promise<string> {
    const { status } = await this.post(at, `/${id}/take`, { session, waitMs });
    return { 200: 'accepted', 202: 'waiting', 403: 'refused' }[status] ?? String(status);
  }

  async withdraw({ id, session }: Asked): Promise<void> {
    await this.post(this.first, `/${id}/withdraw`, { session });
  }

  private post({ url }: Reached, path: string, body: object): Promise<Response> {
    return fetch(`${url}/v1/pushes${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.apiKey}` },
      body: JSON.stringify(body),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.agents) await agent.close();
    await this.office[Symbol.asyncDispose]();
    await this.rig[Symbol.asyncDispose]();
  }
}

/** A service that runs in this process. */
export class Scene extends Outside {
  readonly service: Service;

  private constructor(rig: Rig, office: Office, service: Service, key: string) {
    super({ rig, office, apiKey: apiKeyOf(service) }, key);
    this.service = service;
  }

  static async open(options: Partial<ServiceOptions> = {}): Promise<Scene> {
    const rig = new Rig();
    const service = await rig.start(options);
    const office = await Office.beside(rig);
    return new Scene(rig, office, service, await keyOfService(office));
  }

  protected override get first(): Reached {
    return this.service;
  }
}

/** Two nodes of a service, each a process of its own. */
export class TwoNodes extends Outside {
  readonly nodes: readonly [Node, Node];

  private constructor(rig: Rig, office: Office, nodes: readonly [Node, Node], key: string) {
    super({ rig, office, apiKey: nodes[0].apiKey }, key);
    this.nodes = nodes;
  }

  static async open(): Promise<TwoNodes> {
    const rig = new Rig();
    rig.clock.nowMs = Date.now();
    const databaseUrl = await rig.database;
    const order = { kind: 'service', directory: rig.directory, databaseUrl } as const;
    const nodes = [await startNode(order), await startNode(order)] as const;
    secret(nodes[0].apiKey);
    const office = await Office.beside(rig);
    return new TwoNodes(rig, office, nodes, await keyOfService(office));
  }

  protected override get first(): Reached {
    return this.nodes[0];
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.nodes) await node.kill();
    await super[Symbol.asyncDispose]();
  }
}

/** The service of the present test, and its address. */
export let scene: Scene;
export let url: string;
export let office: Office;
export let management: Management;
export let db: Db;

/** Opens it for each test of a file. */
export function openEachScene(): void {
  beforeEach(async () => {
    scene = await Scene.open();
    ({ url } = scene.service);
    ({ office, db } = scene);
    ({ management } = office);
    return () => scene[Symbol.asyncDispose]();
  });
}
