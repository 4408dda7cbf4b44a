import { randomBytes } from 'node:crypto';
import type { CareKind } from '@passfob/service/base/kinds';
import {
  type CareEvent,
  type CareRunOptions,
  type CareRunResult,
  careFor,
} from '@passfob/service/features/care/run/run';
import { createTask, type TaskInput, type TaskView } from '@passfob/service/features/care/tasks';
import { serialOnFob } from '@passfob/service/features/tokens/account-id';
import { fobNamed, fobSecretsOf } from '@passfob/service/features/tokens/fobs';
import { insertToken } from '@passfob/service/features/tokens/issue';
import { findOrAddUser } from '@passfob/service/features/users/users';
import { writing } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import { type Client, connect } from 'passfob/client/client';
import { pairingKey } from 'passfob/client/handshake';
import { FobError } from 'passfob/errors';
import { accountOf, putAccount } from 'passfob/owner/account';
import type { CoreFob } from '../../host/kit/core-fob.ts';
import { HASTY } from '../../host/kit/owned-fob.ts';
import { seedOf } from '../../host/kit/seeds.ts';
import { secret } from '../../kit/secrets.ts';
import { makeAssigned, type OwnedFob } from '../enrolment/assigned.ts';
import { accepted, grace, Office } from '../users/kit.ts';

/** Just before a whole second, with a stopped clock: setting a fob's clock needs no waiting. */
const NOW_MS = 1_770_000_000_990;

const random = (length: number) => secret(new Uint8Array(randomBytes(length)));

/** An account on a fob, and its token. */
export interface HeldAccount {
  readonly serial: string;
  /** Its id on the fob, in hexadecimal. */
  readonly id: string;
}

export interface CareWishes extends Partial<Omit<CareRunOptions, 'tell'>> {
  /** Called when the fob asks for a hold; by default its person approves. */
  readonly hold?: (fob: CoreFob) => void;
  /** Pulls the cable out before the nth frame, counted from 0 in both directions. */
  readonly cutAt?: number;
  /** Called before each frame, with its number. */
  readonly onFrame?: (n: number) => void;
  /** Pulls the cable out before a frame of the fob: it was asked, and its answer is lost. */
  readonly loseAnswers?: () => boolean;
  readonly management?: Management;
}

/** The service, and one fob that it owns, without a network. */
export class CareScene implements AsyncDisposable {
  readonly office: Office;
  readonly owned: OwnedFob;
  /** Everything that was told to the person. */
  readonly told: CareEvent[] = [];
  /** Everything that the runs said was done. */
  readonly did: CareKind[] = [];
  /** Frames of the last session, in both directions. */
  frames = 0;

  private constructor(office: Office, owned: OwnedFob) {
    this.office = office;
    this.owned = owned;
  }

  static async open(fob?: CoreFob): Promise<CareScene> {
    const office = await Office.open();
    office.nowMs = NOW_MS;
    return new CareScene(office, await makeAssigned(office, fob));
  }

  get fob(): CoreFob {
    return this.owned.fob;
  }

  get db() {
    return this.office.store.db;
  }

  get holds(): number {
    return this.told.filter(({ phase }) => phase === 'hold').length;
  }

  /** Lets time pass at the service and at the fob, whose clock is wrong by so much afterwards. */
  later(ms: number, fobErrorMs = 0): void {
    this.fob.run(ms + fobErrorMs);
    this.office.nowMs += ms;
  }

  /** Sets the service's clock to the fob's: a person at the fob takes time. */
  follow(): void {
    this.office.nowMs = this.fob.now * 1000 - 10;
  }

  /** Puts an account on the fob; its token has this user, or is in the inventory. */
  account(user?: string, label = user ?? 'spare'): Promise<HeldAccount> {
    return putHeld(this.office, this.owned, label, user);
  }

  /** Runs work in an owner's session. */
  asOwner<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return asOwner(this.owned, work);
  }

  /** Opens a session over a relay, and cares for the fob in it. */
  async care(wishes: CareWishes = {}): Promise<CareRunResult> {
    const { hold = (fob: CoreFob) => fob.approve(), cutAt, onFrame, loseAnswers, ...given } = wishes;
    const management = wishes.management ?? this.office.management;
    this.frames = 0;
    const way = (frame: string) => {
      const n = this.frames++;
      onFrame?.(n);
      if (n === cutAt) cable.cut(new FobError('unplugged'));
      return frame;
    };
    const back = (frame: string) => {
      if (loseAnswers?.()) cable.cut(new FobError('unplugged'));
      return way(frame);
    };
    const cable = this.fob.plugIn({ toFob: way, toHost: back });
    const client = connect(cable.transport, { ...HASTY, random });
    try {
      const hello = await client.hello();
      const row = await fobNamed(management.db, hello.serial);
      const secrets = row && fobSecretsOf(management.keys, row);
      if (row === undefined || secrets === undefined) throw new FobError('not-paired');
      await client.openSession(pairingKey(secrets.pairingKey));
      const tools = { now: management.clock, random };
      const tell = (event: CareEvent) => {
        this.told.push(event);
        if (event.phase === 'hold') hold(this.fob);
      };
      return await careFor(
        management,
        { client, hello, fobId: row.id, tools },
        {
          relay: { kind: 'agent', name: '192.0.2.9' },
          mayHold: false,
          ...given,
          tell,
          did: kind => this.did.push(kind),
        },
      );
    } finally {
      await client.close();
    }
  }

  /** Asks for a task as an administrator. */
  async ask(input: Omit<TaskInput, 'serial'>): Promise<TaskView> {
    return accepted(await createTask(this.office.management, grace, { serial: this.owned.serial, ...input }));
  }

  /** Returns the tasks as `kind state message`, oldest first. */
  async tasks(): Promise<string[]> {
    const rows = await this.db
      .selectFrom('fob_tasks')
      .selectAll()
      .orderBy('created_ms')
      .orderBy('kind')
      .orderBy('id')
      .execute();
    return rows.map(({ kind, state, message }) => `${kind} ${state}${message && ` ${message}`}`);
  }

  /** Returns how often the audit has each act on the fob with `what`. */
  async acts(what = 'done'): Promise<string[]> {
    const rows = await this.db
      .selectFrom('audit')
      .select(['action', 'detail'])
      .where('subject_kind', '=', 'fob')
      .orderBy('id')
      .execute();
    return rows
      .filter(({ detail }) => (JSON.parse(detail) as { what?: string }).what === what)
      .map(({ action }) => action);
  }

  /** Returns the labels of the accounts on the fob, in its order. */
  labels(): Promise<string[]> {
    return labelsOf(this.owned);
  }

  async row() {
    return this.db.selectFrom('fobs').selectAll().where('id', '=', this.owned.id).executeTakeFirstOrThrow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.office[Symbol.asyncDispose]();
  }
}

/** Runs work in an owner's session. */
export async function asOwner<T>(
  { fob, key }: Pick<OwnedFob, 'fob' | 'key'>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = connect(fob.plugIn().transport, HASTY);
  try {
    await client.hello();
    await client.openSession(pairingKey(key));
    return await work(client);
  } finally {
    await client.close();
  }
}

/** Puts an account on a fob; its token has this user, or is in the inventory. */
export async function putHeld(
  { management, nowMs }: Office,
  owned: OwnedFob,
  label: string,
  user?: string,
): Promise<HeldAccount> {
  const seed = { ...seedOf({ kind: 2 }), issuer: 'Example', label };
  const id = Uint8Array.of(7, ...randomBytes(3));
  await asOwner(owned, client => putAccount({ now: () => nowMs, random }, client, accountOf(seed, id), seed));
  const serial = serialOnFob(owned.serial, id);
  const { db, keys } = management;
  const token = { serial, kind: 'totp', issuer: seed.issuer, label, secret: seed.secret } as const;
  const inserted = await writing(db, async tx => {
    const of = user === undefined ? {} : { user: await findOrAddUser(tx, user, nowMs) };
    return insertToken({ keys, actor: grace, atMs: nowMs, db: tx }, token, { fobId: owned.id, ...of });
  });
  accepted(inserted);
  return { serial, id: Buffer.from(id).toString('hex') };
}

/** Returns the labels of the accounts on a fob, in its order. */
export function labelsOf(owned: OwnedFob): Promise<string[]> {
  return asOwner(owned, async client => {
    const { accounts } = await client.call('info', {});
    const labels: string[] = [];
    for (let index = 0; index < accounts; index++) {
      const { label } = await client.call('list', { index });
      labels.push(Buffer.from(label).toString());
    }
    return labels;
  });
}
