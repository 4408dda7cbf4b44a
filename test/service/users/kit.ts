import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '@passfob/service/base/actor';
import type { Result } from '@passfob/service/base/results';
import { addToken, type NewToken } from '@passfob/service/features/tokens/issue';
import { setPassword } from '@passfob/service/features/users/credentials/passwords';
import { makePinProof } from '@passfob/service/features/users/credentials/pin-proofs';
import { choosePin } from '@passfob/service/features/users/credentials/pins';
import { createUser } from '@passfob/service/features/users/user-changes';
import { findUser } from '@passfob/service/features/users/users';
import { openStore, type Store } from '@passfob/service/storage/database/database';
import { type Keys, openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import type { Management } from '@passfob/service/storage/management';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { type FakeClock, NOON_MS, newDatabase, newToken, type Rig } from '../kit.ts';

/** The acting operator of these tests. */
export const grace: Actor = { name: 'grace', role: 'admin', source: '192.0.2.7', requestId: 'request-1' };

/** A database and keys for administration; everything goes when the scope ends. */
export class Office implements AsyncDisposable {
  readonly store: Store;
  readonly management: Management;
  /** Address of the database: undefined for a file. */
  readonly databaseUrl: string | undefined;
  readonly #clock: FakeClock;
  readonly #dispose: () => void;

  private constructor(
    { store, databaseUrl }: { readonly store: Store; readonly databaseUrl: string | undefined },
    keys: Keys,
    clock: FakeClock,
    dispose: () => void,
  ) {
    this.store = store;
    this.databaseUrl = databaseUrl;
    this.management = { db: store.db, keys, clock: () => clock.nowMs };
    this.#clock = clock;
    this.#dispose = dispose;
  }

  /** Opens an office without a service. */
  static async open(): Promise<Office> {
    const directory = mkdtempSync(join(tmpdir(), 'passfob-people-'));
    const databaseUrl = await newDatabase();
    const store = await openStore({ directory, databaseUrl });
    const dispose = () => rmSync(directory, { recursive: true, force: true });
    return new Office({ store, databaseUrl }, openKeyFile(directory, true), { nowMs: NOON_MS }, dispose);
  }

  /** Opens an office beside a rig's running services: on their database, with their keys and clock. */
  static async beside({
    directory,
    clock,
    database,
  }: Pick<Rig, 'directory' | 'clock' | 'database'>): Promise<Office> {
    const databaseUrl = await database;
    const store = await openStore({ directory, databaseUrl });
    return new Office({ store, databaseUrl }, openKeyFile(directory, false), clock, () => undefined);
  }

  get nowMs(): number {
    return this.#clock.nowMs;
  }

  set nowMs(nowMs: number) {
    this.#clock.nowMs = nowMs;
  }

  /** Makes users of these names. */
  async users(...names: string[]): Promise<void> {
    for (const name of names) accepted(await createUser(this.management, grace, { name }));
  }

  /** Gives a user a token in use, by default one with a seed of its own. */
  async token(user: string, changes: Partial<NewToken> = {}): Promise<NewToken> {
    const token = newToken({ user, serial: `FOB-${randomUUID().slice(0, 8)}`, ...changes });
    const { db, keys } = this.management;
    expect((await addToken(db, keys, token, this.nowMs)).ok).toBe(true);
    return token;
  }

  /** Gives a user a password. @returns the password */
  async password(user: string): Promise<string> {
    const password = freshPassword();
    accepted(await setPassword(this.management, grace, { user, password }));
    return password;
  }

  /** Returns the audit so far: its actions with their subjects, and everything in it as one text. */
  async audit(): Promise<{ acts: string[]; text: string }> {
    const rows = await this.store.db.selectFrom('audit').selectAll().orderBy('id').execute();
    return { acts: rows.map(row => `${row.action} ${row.subject}`), text: JSON.stringify(rows) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
    this.#dispose();
  }
}

/** Lets a user choose a PIN after a proof of presence. */
export async function givePin(management: Management, name: string, pin: string): Promise<void> {
  const user = await findUser(management.db, name);
  if (user === undefined) throw new Error('no such user');
  const proof = await makePinProof(management, { user, applicationId: '' }, management.clock());
  accepted(await choosePin(management, grace, { user: name, applicationId: '', proof, pin }));
}

/** Returns a password that is different at each call. */
export function freshPassword(): string {
  return secret(`pw ${randomBytes(12).toString('base64url')}`);
}

/** Returns the result of an act; fails when it was refused. */
export function accepted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`refused: ${result.refusal.code}`);
  return result.value;
}

/** Returns the code of a refusal, or `done`. */
export function codeOf(result: Result<unknown>): string {
  return result.ok ? 'done' : result.refusal.code;
}
