import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '@passfob/service/base/actor';
import type { Role } from '@passfob/service/base/kinds';
import type { Result } from '@passfob/service/base/results';
import type { IssueInput } from '@passfob/service/features/tokens/issue';
import { issueToken } from '@passfob/service/features/tokens/issue';
import { findOrAddUser } from '@passfob/service/features/users/users';
import { openStore, type Store, writing } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import type { Management } from '@passfob/service/storage/management';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { type FakeClock, NOON_MS, newDatabase } from '../kit.ts';

/** An operator of the help desk. */
export const helpdesk: Actor = { name: 'dora', role: 'helpdesk', source: '192.0.2.7', requestId: 'r-1' };

/** A database with its keys and a clock that stands still, without a service around it. */
export class Helpdesk implements AsyncDisposable {
  readonly clock: FakeClock = { nowMs: NOON_MS };
  readonly directory: string;
  readonly databaseUrl: string | undefined;
  readonly store: Store;
  readonly management: Management;

  private constructor(directory: string, databaseUrl: string | undefined, store: Store) {
    this.directory = directory;
    this.databaseUrl = databaseUrl;
    this.store = store;
    const keys = openKeyFile(directory, true);
    this.management = { db: store.db, keys, clock: () => this.clock.nowMs };
  }

  /** Opens a new database of this run's kind. */
  static async open(): Promise<Helpdesk> {
    const databaseUrl = await newDatabase();
    const directory = mkdtempSync(join(tmpdir(), 'passfob-tokens-'));
    return new Helpdesk(directory, databaseUrl, await openStore({ directory, databaseUrl }));
  }

  /** Makes a user, and returns the id. */
  async user(name: string): Promise<string> {
    const user = await writing(this.store.db, db => findOrAddUser(db, name, this.clock.nowMs));
    return user.id;
  }

  /** Makes the acting person an operator, or changes the role: jobs require that their operator still is one. */
  async hire(role: Role = 'helpdesk'): Promise<void> {
    const row = { user_id: await this.user(helpdesk.name), role, disabled_ms: null, created_ms: 0 };
    await this.store.db
      .insertInto('operators')
      .values(row)
      .onConflict(conflict => conflict.column('user_id').doUpdateSet({ role }))
      .execute();
  }

  /** Issues a token with a seed of its own, to the inventory unless said otherwise. */
  async issue(serial: string, changes: Partial<IssueInput> = {}): Promise<Uint8Array> {
    const seed = secret(new Uint8Array(randomBytes(20)));
    must(await issueToken(this.management, helpdesk, { serial, kind: 'totp', secret: seed, ...changes }));
    return seed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Returns the result of an act; fails if it was refused. */
export function must<T>(result: Result<T>): T {
  expect(result).toMatchObject({ ok: true });
  if (!result.ok) throw new Error(result.refusal.code);
  return result.value;
}

/** Returns the code of a refusal, or undefined. */
export function codeOf<T>(result: Result<T>): string | undefined {
  return result.ok ? undefined : result.refusal.code;
}
