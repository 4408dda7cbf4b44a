import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Example, startExample } from '@passfob/demo/example/app';
import { writing } from '@passfob/service/storage/database/database';
import { connect } from 'passfob/client/client';
import { openTransport, readAddress } from 'passfob/transports/discover';
import { keyOfService } from '../../../service/agents/world.ts';
import { makeAssignedBy } from '../../../service/kit/fob.ts';
import { type Node, startNode } from '../../../service/nodes/node.ts';
import { Office } from '../../../service/users/kit.ts';
import { type Tray, trayOf } from '../../../system/batch/kit/tray.ts';
import { AgentProcess } from './agents.ts';
import { LogIns } from './log-ins.ts';

const KEYED_MS = 120_000;

/**
 * A service in separate processes, the example application on its last node, and users: each has a simulated fob,
 * which the built image runs, at its own agent. Agents are connected to the first node.
 */
export class Stage implements AsyncDisposable {
  readonly nodes: readonly Node[];
  private readonly directory: string;
  private readonly office: Office;
  private readonly ending: (() => Promise<void>)[] = [];

  private constructor(directory: string, nodes: readonly Node[], office: Office) {
    this.directory = directory;
    this.nodes = nodes;
    this.office = office;
  }

  static async open({ nodes = 1, databaseUrl = '' } = {}): Promise<Stage> {
    const directory = mkdtempSync(join(tmpdir(), 'passfob-bench-'));
    const started: Node[] = [];
    while (started.length < nodes)
      started.push(await startNode({ kind: 'service', directory, ...(databaseUrl && { databaseUrl }) }));
    const clock = Object.defineProperty({ nowMs: 0 }, 'nowMs', { get: Date.now });
    const office = await Office.beside({
      directory,
      clock,
      database: Promise.resolve(databaseUrl || undefined),
    });
    return new Stage(directory, started, office);
  }

  get first(): Node {
    const [node] = this.nodes;
    if (node === undefined) throw new Error('no node');
    return node;
  }

  /** Gives users fobs, starts their agents and the application that they log in to. */
  async people(count: number, processes = 1): Promise<LogIns> {
    const example = await this.application();
    const logIns = new LogIns(example, this.office.store.db);
    const tray = await trayOf(count, { processes, onAnswered: answered => logIns.answered(answered) });
    this.ending.push(() => tray.close());
    const agents = await AgentProcess.start(noticed => logIns.noticed(noticed));
    this.ending.push(() => agents.close());
    const key = Buffer.from(await keyOfService(this.office), 'base64url');
    const fingerprint = createHash('sha256').update(key).digest('hex');
    for (const [nth, address] of tray.addresses.entries()) {
      const user = `user-${nth}`;
      const serial = await this.give(user, tray, address);
      logIns.add(user, address);
      await agents.carry({ url: this.first.url, fingerprint, address, serial });
    }
    await this.keyed(count);
    return logIns;
  }

  private async application(): Promise<Example> {
    const { url } = this.nodes.at(-1) ?? this.first;
    const example = await startExample({ service: url, apiKey: this.first.apiKey, port: 0 });
    this.ending.push(() => example.close());
    return example;
  }

  /** Makes the service the owner of a user's fob. @returns its serial */
  private async give(user: string, tray: Tray, address: string): Promise<string> {
    const client = connect(await openTransport(readAddress(address)));
    try {
      const { id, serial } = await makeAssignedBy(this.office, client, () => tray.code(address));
      const token = await this.office.token(user);
      // The service writes at the same time.
      await writing(this.office.store.db, async db => {
        await db.updateTable('tokens').set({ fob_id: id }).where('serial', '=', token.serial).execute();
      });
      return serial;
    } finally {
      await client.close();
    }
  }

  private async keyed(count: number): Promise<void> {
    const endMs = performance.now() + KEYED_MS;
    for (;;) {
      const { n } = await this.office.store.db
        .selectFrom('push_keys')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .where('proved_ms', 'is not', null)
        .executeTakeFirstOrThrow();
      if (Number(n) === count) return;
      if (performance.now() > endMs) throw new Error(`${n} of ${count} fobs have their push keys`);
      await pause(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.ending.reverse()) await end();
    for (const node of this.nodes) await node.kill();
    await this.office[Symbol.asyncDispose]();
    rmSync(this.directory, { recursive: true });
  }
}
