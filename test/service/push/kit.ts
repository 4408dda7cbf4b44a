import { randomUUID } from 'node:crypto';
import { writing } from '@passfob/service/storage/database/database';
import { answerPush, claimPush, pushesToSend, pushShown } from '@passfob/service/subjects/push/delivery';
import { rememberSource } from '@passfob/service/subjects/push/trusted-source';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { provePushKey, storePushKey } from '@passfob/service/subjects/tokens/push-keys';
import { pushSuite } from '@passfob/service/subjects/tokens/push-question';
import { secret } from '../../kit/secrets.ts';
import { fobAnswer } from '../challenges/kit.ts';
import { insertIn } from '../kit/insert.ts';
import { type Office, randomSecret } from '../users/kit.ts';

export const SESSION = 'session-of-this-browser';
export const OTHER_SESSION = 'session-of-another-browser';

/** A user's fob with its push key as the service stores it, and its agent connection. */
export class PushFob {
  readonly office: Office;
  readonly user: string;
  readonly id: string;
  readonly token: NewToken;
  readonly #secret: Uint8Array;
  link: string | undefined;

  private constructor(
    office: Office,
    { user, id, token }: Pick<PushFob, 'user' | 'id' | 'token'>,
    key: Uint8Array,
  ) {
    this.office = office;
    this.user = user;
    this.id = id;
    this.token = token;
    this.#secret = key;
  }

  /** Gives an existing user a fob with a token and a proved push key, at an agent. */
  static async of(office: Office, user: string, changes: Partial<NewToken> = {}): Promise<PushFob> {
    const { management } = office;
    const { db } = office.store;
    const id = randomUUID();
    const serial = `PF-${id.slice(0, 8)}`;
    const about = { board: 'bench', firmware: '0.1.0', sealed_secrets: null, key_id: null, nickname: '' };
    const clock = { clock_set_ms: null, clock_error_ms: null, drift_ppm: null };
    await insertIn(db, 'fobs', { id, serial, ...about, ...clock, created_ms: office.nowMs });
    const token = await office.token(user, changes);
    await office.putOn(id, token);
    const made = randomSecret(32);
    const key = await storePushKey(management, id, made);
    if (key === undefined || !(await provePushKey(management, key))) throw new Error('no push key');
    const fob = new PushFob(office, { user, id, token }, made);
    await fob.connect();
    return fob;
  }

  /** Returns the fob's answer to a question, by its own implementation of OCRA. */
  answer(question: string): string {
    return secret(fobAnswer({ ...this.token, suite: pushSuite, secret: this.#secret }, question));
  }

  /** Proves the fob at another agent connection. @returns the connection */
  async connect(): Promise<string> {
    const { db } = this.office.store;
    const nowMs = this.office.nowMs;
    this.link = randomUUID();
    const row = { link: this.link, port: 'hid', since_ms: nowMs, seen_ms: nowMs };
    // Other transactions may write at the same time.
    await writing(db, tx =>
      tx
        .insertInto('agent_fobs')
        .values({ fob_id: this.id, ...row })
        .onConflict(conflict => conflict.column('fob_id').doUpdateSet(row))
        .execute(),
    );
    return this.link;
  }

  /** Tells whether a request waits for the fob. */
  async isAsked(): Promise<boolean> {
    const waiting = await pushesToSend(this.office.management.db, this.office.nowMs);
    return waiting.some(({ fobId }) => fobId === this.id);
  }

  /** Claims the waiting request for the fob's connection, and shows it on the fob. */
  async show(): Promise<{ readonly id: string; readonly link: string; readonly question: string }> {
    const { management } = this.office;
    const waiting = await pushesToSend(management.db, this.office.nowMs);
    const push = waiting.find(({ fobId }) => fobId === this.id);
    if (push === undefined) throw new Error(`nothing waits for the fob of ${this.user}`);
    const { id, link, question } = push;
    if (!(await claimPush(management, id, link)) || !(await pushShown(management, id, link)))
      throw new Error('the request was not claimed');
    return { id, link, question };
  }

  /** Approves the waiting request. */
  async approve(): Promise<void> {
    const shown = await this.show();
    if (!(await answerPush(this.office.management, shown, this.answer(shown.question))))
      throw new Error('the answer was not taken');
  }
}

/** Makes a source trusted, as if the user had just approved a log-in from there. */
export async function makeTrusted(office: Office, name: string, source: string): Promise<void> {
  const { id: userId } = await office.row('users', { name });
  await writing(office.store.db, db => rememberSource(db, source, { userId, nowMs: office.nowMs }));
}

/** Returns the outcomes of log-ins, latest first. */
export async function outcomes({ store }: Office): Promise<string[]> {
  const rows = await store.db.selectFrom('events').select('outcome').orderBy('id', 'desc').execute();
  return rows.map(({ outcome }) => outcome);
}
