import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '@passfob/service/base/actor';
import type { Role } from '@passfob/service/base/kinds';
import type { Result } from '@passfob/service/base/results';
import type { Service, ServiceOptions } from '@passfob/service/service';
import { openStore, type Store, writing } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import type { Management } from '@passfob/service/storage/management';
import type { Schema } from '@passfob/service/storage/schema/schema';
import { ensureApplication } from '@passfob/service/subjects/applications/applications';
import { type NewFob, registerFob } from '@passfob/service/subjects/tokens/fobs';
import { addToken, type IssueInput, issueToken, type NewToken } from '@passfob/service/subjects/tokens/issue';
import { createUser } from '@passfob/service/subjects/users/acts';
import { setPassword } from '@passfob/service/subjects/users/credentials/acts';
import { makePinProof } from '@passfob/service/subjects/users/credentials/pin-proofs';
import { choosePin } from '@passfob/service/subjects/users/credentials/pins';
import { findOrAddUser, findUser } from '@passfob/service/subjects/users/users';
import { makeEngine } from '@passfob/service/subjects/validation/engine';
import type { ValidationRequest } from '@passfob/service/subjects/validation/request';
import type { Updateable } from 'kysely';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { rowIn, rowsIn, setIn, type Values } from '../kit/rows.ts';
import { type FakeClock, NOON_MS, newDatabase, newToken, Rig, testOf } from '../kit.ts';

/** The acting operator of these tests. */
export const grace: Actor = { name: 'grace', role: 'admin', source: '192.0.2.7', requestId: 'request-1' };

/** An operator of the help desk. */
export const helpdesk: Actor = { name: 'dora', role: 'helpdesk', source: '192.0.2.7', requestId: 'r-1' };

type Place = Pick<Office, 'directory' | 'databaseUrl'>;
type Act<I, R> = (management: Management, actor: Actor, input: I) => Promise<Result<R>>;

/** A database and keys for administration; everything goes when the scope ends. */
export class Office implements AsyncDisposable {
  readonly directory: string;
  /** Address of the database: undefined for a file. */
  readonly databaseUrl: string | undefined;
  readonly store: Store;
  readonly management: Management;
  readonly #clock: FakeClock;
  readonly #isAlone: boolean;

  private constructor({ directory, databaseUrl }: Place, store: Store, clock: FakeClock, isAlone: boolean) {
    this.directory = directory;
    this.databaseUrl = databaseUrl;
    this.store = store;
    this.management = { db: store.db, keys: openKeyFile(directory, isAlone), clock: () => clock.nowMs };
    this.#clock = clock;
    this.#isAlone = isAlone;
  }

  /** Opens an office without a service. */
  static async open(): Promise<Office> {
    const directory = mkdtempSync(join(tmpdir(), 'passfob-people-'));
    const place = { directory, databaseUrl: await newDatabase() };
    return new Office(place, await openStore(place), { nowMs: NOON_MS }, true);
  }

  /** Opens an office beside a rig's running services: on their database, with their keys and clock. */
  static async beside({ directory, clock, database }: Pick<Rig, 'directory' | 'clock' | 'database'>) {
    const place = { directory, databaseUrl: await database };
    return new Office(place, await openStore(place), clock, false);
  }

  get nowMs(): number {
    return this.#clock.nowMs;
  }

  set nowMs(nowMs: number) {
    this.#clock.nowMs = nowMs;
  }

  /** Does what an operator does. @returns the result; it fails where the act is refused */
  async do<I, R>(act: Act<I, R>, input?: I, actor = grace): Promise<R> {
    return accepted(await act(this.management, actor, input as I));
  }

  /** Does the same. @returns the code of the refusal, or `done` */
  async code<I>(act: Act<I, unknown>, input?: I, actor = grace): Promise<string> {
    return codeOf(await act(this.management, actor, input as I));
  }

  /** Makes users of these names. */
  async users(...names: string[]): Promise<void> {
    for (const name of names) accepted(await createUser(this.management, grace, { name }));
  }

  /** Makes a user. @returns the id */
  async userId(name: string): Promise<string> {
    return (await writing(this.store.db, db => findOrAddUser(db, name, this.nowMs))).id;
  }

  /** Makes an acting person an operator, or changes the role: jobs require that their operator still is one. */
  async hire(role: Role = 'helpdesk', { name }: Pick<Actor, 'name'> = helpdesk): Promise<void> {
    const row = { user_id: await this.userId(name), role, disabled_ms: null, created_ms: 0 };
    await this.store.db
      .insertInto('operators')
      .values(row)
      .onConflict(conflict => conflict.column('user_id').doUpdateSet({ role }))
      .execute();
  }

  /** Issues a token to the inventory, or as `changes` say. @returns its seed */
  async issue(serial: string, changes: Partial<IssueInput> = {}): Promise<Uint8Array> {
    const seed = randomSecret(20);
    accepted(await issueToken(this.management, helpdesk, { serial, kind: 'totp', secret: seed, ...changes }));
    return seed;
  }

  /** Registers a fob that the service owns and has not seen yet. */
  async fob(serial: string, changes: Partial<NewFob> = {}) {
    const [deviceSecret, pairingKey, recoveryKey] = [randomSecret(32), randomSecret(32), randomSecret(32)];
    const secrets = { deviceSecret, pairingKey, recoveryKey };
    const fob = { serial, board: 'pico', firmware: '0.0.1', secrets, ...changes };
    accepted(await registerFob(this.management, grace, fob));
    return { id: (await this.row('fobs', { serial })).id, secrets };
  }

  /** Puts tokens into a fob. */
  async putOn(fob_id: string | null, ...tokens: readonly Pick<NewToken, 'serial'>[]): Promise<void> {
    for (const { serial } of tokens) await this.set('tokens', { fob_id }, { serial });
  }

  /** Returns the rows of a table with these values. */
  rows<T extends keyof Schema>(table: T, where: Values<T> = {}, order?: string & keyof Schema[T]) {
    return rowsIn(this.store.db, table, where, order);
  }

  /** Returns the first row of a table with these values. @throws where there is none */
  row<T extends keyof Schema>(table: T, where: Values<T> = {}) {
    return rowIn(this.store.db, table, where);
  }

  /** Changes the rows of a table with these values. */
  set<T extends keyof Schema>(table: T, values: Updateable<Schema[T]>, where: Values<T> = {}) {
    return setIn(this.store.db, table, values, where);
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

  /** Opens the log-in of the service. @returns how a request is decided: of `ada`, unless said otherwise */
  async logIns() {
    const { application } = await ensureApplication(this.store.db, this.nowMs);
    const { decide } = makeEngine(this.management);
    const about = { user: 'ada', passcode: '', source: '192.0.2.1', requestId: 'r' };
    return (shown: Partial<ValidationRequest>) =>
      decide({ ...about, applicationId: application.id, ...shown });
  }

  /** Returns the audit so far: its actions with their subjects, and everything in it as one text. */
  async audit(): Promise<{ acts: string[]; text: string }> {
    const rows = await this.rows('audit', {}, 'id');
    return { acts: rows.map(row => `${row.action} ${row.subject}`), text: JSON.stringify(rows) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
    if (this.#isAlone) rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A running service, its folder and clock, and the office beside it: all goes when the scope ends. */
export type TestService = Service &
  AsyncDisposable & { readonly rig: Rig; readonly clock: FakeClock; readonly office: Office };

/** Starts a service on a clock that stands still. */
export async function startedService(
  options: Partial<ServiceOptions> = {},
  rig = new Rig(),
): Promise<TestService> {
  try {
    const service = await rig.start(options);
    const office = await Office.beside(rig);
    const dispose = async () => {
      await office[Symbol.asyncDispose]();
      await rig[Symbol.asyncDispose]();
    };
    return Object.assign(service, { rig, clock: rig.clock, office, [Symbol.asyncDispose]: dispose });
  } catch (error) {
    await rig[Symbol.asyncDispose]();
    throw error;
  }
}

/** Tests with an office. */
export const testOfOffice = testOf(() => Office.open());

/** Tests with a service. */
export const testOfService = testOf(() => startedService());

/** Lets a user choose a PIN after a proof of presence. */
export async function givePin(management: Management, name: string, pin: string): Promise<void> {
  const user = await findUser(management.db, name);
  if (user === undefined) throw new Error('no such user');
  const proof = await makePinProof(management, { user, applicationId: '' }, management.clock());
  accepted(await choosePin(management, grace, { user: name, applicationId: '', proof, pin }));
}

/** Returns random bytes, recorded as a secret. */
export const randomSecret = (length: number): Uint8Array => secret(new Uint8Array(randomBytes(length)));

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
