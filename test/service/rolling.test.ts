import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serviceActor } from '@passfob/service/base/actor';
import { recordLimits } from '@passfob/service/base/limits/records';
import { openStore } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import { migrationNames } from '@passfob/service/storage/migrations/list';
import { restore } from '@passfob/service/subjects/operations/restore';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { describeNeeds } from '../kit/tools.ts';
import { codeAt, codeNow, isOnPostgres, newDatabase, newToken, post, Rig } from './kit.ts';
import { type Before, BeforeProcess, buildBefore, needsBefore, versionsBefore } from './nodes/before.ts';
import { type Node, startNode } from './nodes/node.ts';
import { schemaOf } from './schema-of.ts';

// A tree is extracted from the history and bundled, and each node is a process that takes seconds to start.

const COPIES = 4;
const needsOf = (version: Before) =>
  isOnPostgres ? needsBefore(version) : { name: 'PostgreSQL, and runs there only', found: undefined };

/** The address of a node. */
interface Reached {
  readonly url: string;
}

const readinessOf = async (node: Reached): Promise<unknown> => (await fetch(`${node.url}/ready`)).json();

/** A service with nodes of two versions. */
class TwoVersions implements AsyncDisposable {
  readonly rig = new Rig();
  readonly process: BeforeProcess;
  before: Reached = { url: '' };
  today: Node | undefined;
  private apiKey = '';

  constructor(program: string) {
    this.process = new BeforeProcess(program);
  }

  async place() {
    return { directory: this.rig.directory, databaseUrl: await this.rig.database };
  }

  /** @param place default: that of the service */
  async startBefore(place?: object): Promise<void> {
    const { done, words } = await this.process.tell('start', place ?? (await this.place()));
    if (done === undefined) throw new Error(words);
    this.before = done as Reached;
    // The key is created at the first start only.
    const { apiKey } = done as { apiKey: string };
    if (apiKey !== '') this.apiKey = secret(apiKey);
  }

  async startToday(place?: Awaited<ReturnType<TwoVersions['place']>>): Promise<Node> {
    this.today = await startNode({ kind: 'service', ...(place ?? (await this.place())) });
    return this.today;
  }

  /** Adds a token by the node of the previous version. */
  async add(changes: Partial<NewToken>): Promise<NewToken> {
    const token = newToken(changes);
    const sent = { ...token, secret: Buffer.from(token.secret).toString('hex') };
    expect(await this.process.tell('add', sent)).toEqual({ done: true });
    return token;
  }

  async logIn(node: Reached, body: object, headers = {}): Promise<number> {
    return (await post(node, this.apiKey, body, headers)).status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.today?.kill();
    await this.process.kill();
    await this.rig[Symbol.asyncDispose]();
  }
}

/** Returns a log-in with the passcode of a counter, or of the current time step. */
const bodyOf = (token: NewToken, counter: number) => ({
  user: token.user,
  passcode: secret(token.kind === 'totp' ? codeNow(token, Date.now()) : codeAt(token, counter)),
});

/** Each test continues where the previous one stopped. */
for (const version of versionsBefore)
  describeNeeds(needsOf(version), `a rolling upgrade on PostgreSQL from ${version.name}`, () => {
    const isSameSchema = migrationNames.length === version.migrations;
    let removeProgram: () => void;
    let service: TwoVersions;
    let backup: string;
    const hotps: NewToken[] = [];
    const totps: NewToken[] = [];
    beforeAll(async () => {
      const { program, remove } = await buildBefore(version);
      removeProgram = remove;
      service = new TwoVersions(program);
      await service.startBefore();
      for (const user of ['ada', 'bob', 'carol', 'dave', 'erin', 'frank'])
        hotps.push(await service.add({ user, serial: user, kind: 'hotp' }));
      for (const user of ['grace', 'heidi']) totps.push(await service.add({ user, serial: user }));
      for (const token of hotps) expect(await service.logIn(service.before, bodyOf(token, 0))).toBe(200);
      backup = join(service.rig.directory, 'backup.gz');
      const made = await service.process.tell('backup', { ...(await service.place()), path: backup });
      expect(made).toEqual({ done: true });
    });
    afterAll(async () => {
      await service[Symbol.asyncDispose]();
      removeProgram();
    });

    it('a node of the previous version and a current one together accept each passcode once', async () => {
      const [accepted] = hotps as [NewToken];
      const keyed = { 'idempotency-key': 'first-of-the-previous-version' };
      const body = bodyOf(accepted, 1);
      expect(await service.logIn(service.before, body, keyed)).toBe(200);
      const today = await service.startToday();
      // A response of 0.2.0 does not say at which door it counts: it counts at none any more.
      const repeated = version.name === '0.2.0' ? 403 : 200;
      expect(await service.logIn(today, body, keyed)).toBe(repeated);
      expect(await service.logIn(today, body)).toBe(403);
      const bodies = [...hotps.slice(1), ...totps].map(token => bodyOf(token, 1));
      const copies = (node: Reached, body: object) =>
        Promise.all(Array.from({ length: COPIES }, () => service.logIn(node, body)));
      const statuses = await Promise.all(
        bodies.map(async (body, at) => {
          // The two versions take turns at being asked first.
          const nodes = at % 2 === 0 ? [service.before, today] : [today, service.before];
          const both = await Promise.all(nodes.map(node => copies(node, body)));
          return { ofBefore: both[at % 2] ?? [], all: both.flat() };
        }),
      );
      for (const { ofBefore, all } of statuses) {
        expect(all.filter(status => status === 200)).toHaveLength(1);
        const others = all.filter(status => status === 403);
        if (isSameSchema) expect(others).toHaveLength(2 * COPIES - 1);
        else expect([others.length, ofBefore]).toEqual([COPIES - 1, Array(COPIES).fill(503)]);
      }
    });

    it('nodes of both versions share used passcodes, answers and locks; after a migration the old one refuses', async () => {
      const { before, today } = service;
      if (today === undefined) throw new Error('it was not started');
      for (const [at, token] of hotps.entries()) {
        const [first, second] = at % 2 === 0 && isSameSchema ? [before, today] : [today, before];
        const headers = { 'idempotency-key': `retry-of-${token.serial}` };
        const body = bodyOf(token, 2);
        const said = [
          await service.logIn(first, body, headers),
          await service.logIn(second, body, headers),
          await service.logIn(second, body),
        ];
        expect(said).toEqual(isSameSchema ? [200, 200, 403] : [200, 503, 503]);
      }
      const [token] = hotps as [NewToken];
      const wrong = bodyOf(token, 900);
      for (const node of isSameSchema ? [before, today, before] : [today, today, today])
        expect(await service.logIn(node, wrong)).toBe(403);
      for (const node of [before, today])
        expect(await service.logIn(node, bodyOf(token, 3))).toBe(
          node === before && !isSameSchema ? 503 : 403,
        );
      expect(await readinessOf(today)).toMatchObject({ status: 'ready' });
      expect(await readinessOf(before)).toMatchObject(
        isSameSchema ? { status: 'ready' } : { status: 'not ready', reason: 'schema_changed' },
      );
    });

    it('the previous version restarts on the same tables, and on changed ones refuses with a plain message', async () => {
      const [, token] = hotps as [NewToken, NewToken];
      await service.process.tell('end');
      await service.today?.kill();
      const told = await service.process.tell('start', await service.place());
      if (!isSameSchema) {
        expect(told).toMatchObject({
          refused: 'database_newer',
          words: expect.stringMatching(/made by a newer Passfob/),
        });
        return;
      }
      const node = told.done as Reached;
      const said = [await service.logIn(node, bodyOf(token, 2)), await service.logIn(node, bodyOf(token, 3))];
      expect(said).toEqual([403, 200]);
      await service.process.tell('end');
    });

    it('a downgrade uses a backup of the previous version, and nothing accepted since counts again', async () => {
      const directory = join(service.rig.directory, 'restored');
      mkdirSync(directory, { mode: 0o700 });
      copyFileSync(join(service.rig.directory, 'service.key'), join(directory, 'service.key'));
      const empty = { directory, databaseUrl: await newDatabase() };
      const { process } = service;
      // A new database of today has the tables of one that was upgraded, and records the same names.
      const store = await openStore({ directory, databaseUrl: await newDatabase() });
      const upgraded = await openStore(await service.place());
      expect(await schemaOf(store.db)).toEqual(await schemaOf(upgraded.db));
      await upgraded.close();
      const keys = openKeyFile(directory, false);
      const restored = await restore({ store, keys, clock: Date.now }, serviceActor, { path: backup });
      expect(restored.ok).toBe(isSameSchema);
      await store.close();
      if (isSameSchema) await (await openStore(empty)).close();
      expect(await process.tell('restore', { ...empty, path: backup })).toEqual({ done: true });
      await service.startBefore(empty);
      for (const token of hotps.slice(1))
        for (const counter of [1, 2])
          expect(await service.logIn(service.before, bodyOf(token, counter))).toBe(403);
      // After the downgrade, an upgrade continues with the passcodes behind the gap that a restore leaves.
      await process.tell('end');
      const today = await service.startToday(empty);
      const [, token] = hotps as [NewToken, NewToken];
      const next = bodyOf(token, recordLimits.restoreCounterGap + 2);
      expect([await service.logIn(today, next), await service.logIn(today, next)]).toEqual([200, 403]);
    });
  });
