import { createHash, randomUUID } from 'node:crypto';
import type { Db } from '@passfob/service/storage/database/database';
import { writing } from '@passfob/service/storage/database/database';
import { ensureIdentity, type Identity } from '@passfob/service/storage/encryption-at-rest/identity';
import type { Management } from '@passfob/service/storage/management';
import { ensureApplication } from '@passfob/service/subjects/applications/applications';
import type { TextConnection } from '@passfob/service/subjects/connections/connection';
import { carrierDialect } from '@passfob/service/subjects/connections/dialect';
import { earlierRelayDialect } from '@passfob/service/subjects/connections/earlier';
import { hashOfCode } from '@passfob/service/subjects/enrolment/code';
import { Conversation, type RelayMeans } from '@passfob/service/subjects/enrolment/relay/conversation';
import { findOrAddUser } from '@passfob/service/subjects/users/users';
import { type Activation, activationString } from 'passfob/activation/activation-string';
import { relayActivation } from 'passfob/activation/relay';
import type { OpenedFob, RelayDone, RelayEvent, RelayOptions } from 'passfob/activation/relay-options';
import type { ServiceSocket } from 'passfob/activation/socket';
import { serialText } from 'passfob/client/fob-serial';
import { FobError } from 'passfob/errors';
import type { Transport } from 'passfob/transports/transport';
import { beforeEach } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { seedOf } from '../../unit/host/kit/seeds.ts';
import { makeAssigned, type OwnedFob, putOnFob } from '../kit/fob.ts';
import { Office, randomSecret } from '../users/kit.ts';

/** Just before a whole second, with a stopped clock: setting a fob's clock needs no waiting. */
export const NOW_MS = 1_770_000_000_990;
const ORIGIN = 'https://tokens.example.org';
const DAY_MS = 86_400_000;

/** Changes the messages between a relay and the service: returns the texts that arrive, or none. */
export type Tamper = (text: string, n: number) => string | readonly string[];

/** A fob and its person. */
export interface HeldFob {
  plugIn(): { readonly transport: Transport };
  /** The code on its screen. */
  readonly code: string;
  readonly screen: readonly string[];
  approve(): void;
  deny(): void;
  enter(digits: string): void;
}

export interface RelayWishes<F extends HeldFob = CoreFob> {
  readonly signal?: AbortSignal;
  readonly code?: (isAgain: boolean) => string;
  readonly askCode?: RelayOptions['askCode'];
  readonly pin?: string;
  /** Called when the fob asks for a press; by default the person approves. */
  readonly press?: (fob: F) => void;
  readonly openFob?: () => Promise<OpenedFob>;
  readonly toService?: Tamper;
  readonly toRelay?: Tamper;
  /** Returns the number of messages, in both directions, after which the nth connection is closed. */
  readonly cut?: (connection: number) => number;
  readonly report?: (event: RelayEvent) => void;
  readonly means?: RelayMeans;
  /** Speaks as relays and services before the carrier protocol did. */
  readonly isEarlier?: boolean;
}

/** A service's side of relays without a network, with a database of this run's kind. */
export class Scene implements AsyncDisposable {
  readonly office: Office;
  readonly identity: Identity;
  readonly means: RelayMeans;
  /** All messages of the relays, in both directions. */
  readonly log: string[] = [];

  private constructor(office: Office, identity: Identity, applicationId: string) {
    this.office = office;
    this.identity = identity;
    this.means = {
      management: office.management,
      applicationId,
      announce: () => undefined,
      identity: async () => identity,
      patience: { answerTimeoutMs: 5_000, sendsMax: 2 },
    };
  }

  static async open(): Promise<Scene> {
    const office = await Office.open();
    office.nowMs = NOW_MS;
    const { db, keys } = office.management;
    const identity = await ensureIdentity(db, keys, NOW_MS);
    const { application } = await ensureApplication(db, NOW_MS);
    return new Scene(office, identity, application.id);
  }

  get db() {
    return this.office.store.db;
  }

  /** Creates an activation for a user, who is created, too. */
  activation(changes: Partial<ActivationRow> = {}, user = 'ada'): Promise<Activation> {
    return makeActivation(this.office, ORIGIN, changes, user);
  }

  /** Makes the service the owner of a fob. */
  ownFob(fob = new CoreFob()): Promise<OwnedFob> {
    return makeAssigned(this.office, fob);
  }

  /** Puts an account on an owned fob, and its token into the inventory. */
  async putAccount(owned: OwnedFob, kind: 'hotp' | 'totp' = 'hotp'): Promise<string> {
    return (await putOnFob(this.office, owned, seedOf({ kind: kind === 'hotp' ? 1 : 2 }))).serial;
  }

  /** Makes the service the owner of a fob with an account. */
  async ownWithAccount(kind: 'hotp' | 'totp' = 'hotp', fob?: CoreFob) {
    const owned = await this.ownFob(fob);
    return { owned, serial: await this.putAccount(owned, kind) };
  }

  /** Runs a relay, as browser and command line do, between a fob and the service. */
  async relay<F extends HeldFob>(
    activation: Activation,
    fob: F,
    wishes: RelayWishes<F> = {},
  ): Promise<RelayDone> {
    let connections = 0;
    const ending = new AbortController();
    const onPress = wishes.press ?? ((pressed: F) => pressed.approve());
    const done = await relayActivation({
      activation,
      openSocket: async url => {
        if (wishes.isEarlier && url.endsWith('/carrier'))
          throw new FobError('activation', { details: { status: 404 } });
        return this.socket(wishes, connections++);
      },
      openFob: wishes.openFob ?? (async () => ({ transport: fob.plugIn().transport, port: 'tcp' })),
      askCode: wishes.askCode ?? (async isAgain => wishes.code?.(isAgain) ?? fob.code),
      report(event) {
        wishes.report?.(event);
        if (event.event !== 'step') return;
        // A press before the fob asks is ignored; this step says that it asks.
        if (event.step === 'press') onPress(fob);
        const { pin } = wishes;
        if (event.step === 'pin' && pin !== undefined) {
          fob.enter(pin);
          if (fob.screen.some(line => /again/i.test(line))) fob.enter(pin);
        }
      },
      signal: wishes.signal ?? ending.signal,
    });
    secret(done.ticket);
    return done;
  }

  /** Opens one connection between a relay and the service. */
  socket(wishes: Omit<RelayWishes<never>, 'press'> = {}, connection = 0): ServiceSocket {
    const { toService = text => text, toRelay = text => text, cut } = wishes;
    const most = cut?.(connection) ?? Number.POSITIVE_INFINITY;
    const inbox: string[] = [];
    let hear = (text: string): unknown => inbox.push(text);
    let closed: () => void = () => undefined;
    let isClosed = false;
    let messages = 0;
    const counts = { up: 0, down: 0 };
    const close = () => {
      if (isClosed) return;
      isClosed = true;
      setImmediate(() => {
        conversation.lost();
        closed();
      });
    };
    const carry = (text: string, tamper: Tamper, n: number, deliver: (text: string) => void) => {
      this.log.push(text);
      if (isClosed) return;
      if (messages++ >= most) return close();
      for (const one of [tamper(text, n)].flat()) if (one !== '') setImmediate(() => deliver(one));
    };
    const line: TextConnection = {
      send: text => carry(text, toRelay, counts.down++, one => hear(one)),
      close: () => setImmediate(close),
    };
    const caller = { source: '192.0.2.9', requestId: 'relay' };
    const dialect = wishes.isEarlier ? earlierRelayDialect() : carrierDialect;
    const conversation = new Conversation(wishes.means ?? this.means, caller, ORIGIN, line, dialect);
    return {
      send: text => carry(text, toService, counts.up++, one => conversation.receive(one)),
      onText(listener) {
        hear = listener;
        for (const text of inbox.splice(0)) listener(text);
      },
      onClose(listener) {
        closed = listener;
        if (isClosed) listener();
      },
      close,
    };
  }

  /** Reads the service's state of enrolments. */
  async state() {
    const { db } = this;
    return {
      tokens: await db.selectFrom('tokens').selectAll().orderBy('created_ms').orderBy('serial').execute(),
      activations: await db.selectFrom('activations').selectAll().execute(),
      assignments: await db.selectFrom('assignments').selectAll().execute(),
      fobs: await db.selectFrom('fobs').selectAll().execute(),
      pairings: await db.selectFrom('fob_pairings').selectAll().execute(),
      events: await db.selectFrom('events').selectAll().execute(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.office[Symbol.asyncDispose]();
  }
}

/** Creates an activation for a user, who is created if missing, in the state after an operator issued it. */
export async function makeActivation(
  office: Office,
  service: string,
  changes: Partial<ActivationRow> = {},
  user = 'ada',
): Promise<Activation> {
  const { db, keys } = office.management;
  const nowMs = office.nowMs;
  const code = randomSecret(16);
  const { id } = await writing(db, tx => findOrAddUser(tx, user, nowMs));
  await db
    .insertInto('activations')
    .values({
      id: randomUUID(),
      user_id: id,
      token_id: null,
      policy_id: null,
      fobs: 'any',
      code_hash: hashOfCode(code),
      state: 'open',
      reason: null,
      created_ms: nowMs,
      expires_ms: nowMs + DAY_MS,
      reminded_ms: null,
      expiry_told_ms: null,
      claim: null,
      claimed_until_ms: null,
      fob_id: null,
      step: 'waiting',
      used_ms: null,
      actor: 'grace',
      ...changes,
    })
    .execute();
  const { publicKey } = await ensureIdentity(db, keys, nowMs);
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest();
  const activation = { service, code, fingerprint: new Uint8Array(digest.subarray(0, 16)) };
  secret(activationString(activation));
  return activation;
}

type ActivationRow = Awaited<ReturnType<Scene['state']>>['activations'][number];

/** Returns the code with which a relay fails. */
export async function refusalOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
    return 'none';
  } catch (error) {
    if (error instanceof FobError) return String(error.details?.code ?? error.kind);
    throw error;
  }
}

/** Returns the serial number of a fob. */
export const serialOf = (fob: CoreFob) => serialText(fob.serial);

/** The service's side of relays in the present test. */
export let scene: Scene;
export let office: Office;
export let management: Management;
export let db: Db;

/** Opens them for each test of a file. */
export function openEachScene(): void {
  beforeEach(async () => {
    scene = await Scene.open();
    ({ office, db } = scene);
    ({ management } = office);
    return () => scene[Symbol.asyncDispose]();
  });
}
