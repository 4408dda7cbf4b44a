import type { CareKind } from '@passfob/service/base/kinds';
import { done } from '@passfob/service/base/results';
import type { Db } from '@passfob/service/storage/database/database';
import type { Management } from '@passfob/service/storage/management';
import { confirmGiven, giveFob } from '@passfob/service/subjects/care/give';
import {
  type CareEvent,
  type CareRunOptions,
  type CareRunResult,
  careFor,
} from '@passfob/service/subjects/care/run/run';
import { taskActs } from '@passfob/service/subjects/care/task-acts';
import type { TaskView } from '@passfob/service/subjects/care/tasks';
import { fobNamed, fobSecretsOf } from '@passfob/service/subjects/tokens/fobs';
import { type Client, connect } from 'passfob/client/client';
import { pairingKey } from 'passfob/client/handshake';
import { FobError } from 'passfob/errors';
import { beforeEach } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import type { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { HASTY } from '../../unit/host/kit/owned-fob.ts';
import { asOwner, type HeldAccount, labelsOf, makeAssigned, type OwnedFob, putHeld } from '../kit/fob.ts';
import { accepted, grace, Office, randomSecret } from '../users/kit.ts';

/** The password of files with which fobs are given away. */
export const PASSWORD: string = secret('four words of a sentence');

/** Just before a whole second, with a stopped clock: setting a fob's clock needs no waiting. */
export const NOW_MS = 1_770_000_000_990;

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

/** A task to ask for: its kind, and the fields of its act. */
interface AskedTask {
  readonly kind: keyof typeof taskActs;
  readonly account?: string;
  readonly issuer?: string;
  readonly label?: string;
  readonly accounts?: readonly string[];
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
    const client = connect(cable.transport, { ...HASTY, random: randomSecret });
    try {
      const hello = await client.hello();
      const row = await fobNamed(management.db, hello.serial);
      const secrets = row && fobSecretsOf(management.keys, row);
      if (row === undefined || secrets === undefined) throw new FobError('not-paired');
      await client.openSession(pairingKey(secrets.pairingKey));
      const tools = { now: management.clock, random: randomSecret };
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
  async ask({ kind, ...more }: AskedTask): Promise<TaskView> {
    const given = { serial: this.owned.serial, ...more };
    return accepted(await taskActs[kind](this.office.management, grace, given as never));
  }

  /** Makes the file with which the fob is given away. */
  async give(password = PASSWORD) {
    const given = await giveFob(this.office.management, grace, { serial: this.owned.serial, password });
    return given.ok ? done({ ...given.value, file: Buffer.from(given.value.file, 'base64') }) : given;
  }

  confirmGiven() {
    return confirmGiven(this.office.management, grace, { serial: this.owned.serial });
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

/** The service and its fob in the present test. */
export let scene: CareScene;
export let owned: OwnedFob;
export let office: Office;
export let management: Management;
export let db: Db;

/** Opens them for each test of a file. */
export function openEachScene(open = () => CareScene.open()): void {
  beforeEach(async () => {
    scene = await open();
    ({ owned, office, db } = scene);
    ({ management } = office);
    return () => scene[Symbol.asyncDispose]();
  });
}
