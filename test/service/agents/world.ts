import { ensureIdentity } from '@passfob/service/storage/encryption-at-rest/identity';
import type { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { makeAssigned, type OwnedFob } from '../kit/fob.ts';
import type { Office } from '../users/kit.ts';
import { type AgentWishes, type TestAgent, until } from './kit.ts';

/** A user's fob, as the service owns it. */
export interface UsersFob extends OwnedFob {
  readonly user: string;
}

export interface Asked {
  readonly id: string;
  readonly number: string;
  readonly session: string;
}

/** A user's fob that the service owns. */
export abstract class World implements AsyncDisposable {
  readonly office: Office;
  /** Public key of the service. */
  readonly key: string;
  protected readonly agents: TestAgent[] = [];
  private sessions = 0;

  protected constructor(office: Office, key: string) {
    this.office = office;
    this.key = key;
  }

  abstract [Symbol.asyncDispose](): Promise<void>;

  get db() {
    return this.office.store.db;
  }

  protected nextSession(): string {
    return `session-${this.sessions++}-of-somebody`;
  }

  /** Gives a user a fob of the service, with a token in use. */
  async fobOf(user: string, fob?: CoreFob): Promise<UsersFob> {
    const owned = await makeAssigned(this.office, fob);
    const { serial } = await this.office.token(user);
    await this.office.putOn(owned.id, { serial });
    return { ...owned, user };
  }

  agent(_wishes: AgentWishes = {}): Promise<TestAgent> {
    throw new Error('no agent connects here');
  }

  /** Gives a user a fob with its push key, at an agent. */
  async ready(user = 'ada', wishes: AgentWishes = {}) {
    const own = await this.fobOf(user);
    const agent = await this.agent(wishes);
    return { ...own, agent, number: await this.plugged(agent, own) };
  }

  /** Waits until a fob's push key is stored and proved. */
  keyed({ id }: OwnedFob): Promise<void> {
    return until(async () => {
      const [row] = await this.office.rows('push_keys', { fob_id: id });
      return row !== undefined && row.proved_ms !== null;
    }, 'the push key');
  }

  /** Announces a fob, and waits until it has its push key. */
  async plugged(agent: TestAgent, owned: UsersFob): Promise<number> {
    const number = agent.plug(owned.fob);
    await agent.stands(number, 'own');
    await this.keyed(owned);
    return number;
  }

  async state({ id }: Pick<Asked, 'id'>): Promise<string> {
    return (await this.office.row('pushes', { id })).state;
  }

  becomes(asked: Pick<Asked, 'id'>, state: string): Promise<void> {
    return until(async () => (await this.state(asked)) === state, `the state ${state}`);
  }

  async linkOf({ id }: OwnedFob): Promise<string | undefined> {
    const [row] = await this.office.rows('agent_fobs', { fob_id: id });
    return row?.link;
  }
}

/** Returns the public key of a service's identity. */
export async function keyOfService({ management, nowMs }: Office): Promise<string> {
  const { publicKey } = await ensureIdentity(management.db, management.keys, nowMs);
  return publicKey;
}
