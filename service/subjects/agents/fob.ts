import { randomBytes } from 'node:crypto';
import type { FobOwnership, ServiceSays, Unreached } from 'passfob/carrier/messages';
import { connect } from 'passfob/client/client';
import { pairingKey } from 'passfob/client/handshake';
import type { RetryPolicy } from 'passfob/client/link';
import { type ErrorKind, FobError } from 'passfob/errors';
import type { Pipe } from 'passfob/transports/pipe';
import type { CareRelayKind } from '../../base/kinds.ts';
import { agentLimits } from '../../base/limits/agents.ts';
import { careLimits } from '../../base/limits/care.ts';
import type { Management } from '../../storage/management.ts';
import { noteBlank } from '../care/run/blank.ts';
import type { ManagedSession } from '../care/session.ts';
import { bytesOfCarried, carriedPipe } from '../connections/carried.ts';
import { clearSecrets } from '../tokens/fob-secrets.ts';
import { fobNamed, fobSecretsOf } from '../tokens/fobs.ts';

/** Dependencies of the fob's owner. */
export interface FobMeans {
  readonly management: Management;
  /** How long to wait for fobs. Default: as for a cable. */
  readonly patience?: RetryPolicy;
}

/** What the service says to agents and to relays for care. */
export type ToFobsRelay = ServiceSays<'agent' | 'care'>;

/** The connection over which a fob is reached. */
export interface FobCarrier {
  readonly link: string;
  readonly from: string;
  /** What carries the bytes. */
  readonly kind: CareRelayKind;
  /** Whether a person is present, who started this relay for care: holds may be asked for at once. */
  readonly isForeground: boolean;
  /**
   * Says something about a fob, by its number; texts are cut and cleaned (`carrierText`). A message that this relay
   * would not know is left out: `notice` where a person is present, `done` to agents, tasks to those of an earlier
   * version.
   */
  say(message: ToFobsRelay): void;
}

const KINDS: Readonly<Record<Unreached, ErrorKind>> = {
  busy: 'port-busy',
  silent: 'no-answer',
  failed: 'unplugged',
};

const IDLE = Promise.resolve();
/** A relay that was told nothing knows of no tasks. */
const NO_TASKS = JSON.stringify({ waiting: [], done: [] });
const random = (length: number) => new Uint8Array(randomBytes(length));

/** The fob does not belong to the service: the service has no key for it. */
export class NotManaged extends Error {
  override readonly name = 'NotManaged';
}

/** A fob that an agent has announced. Only a session proves that it is the fob it claims to be. */
export class AgentFob {
  readonly carrier: FobCarrier;
  readonly number: number;
  readonly serial: string;
  readonly port: string;
  /** The fob's id once this connection has proved it, until another connection proves it. */
  fobId: string | undefined;
  /** Consecutive failed proofs. */
  failures: number;
  /** When it was plugged in, or its agent connected, in monotonic milliseconds. */
  readonly sinceMs: number;
  /** What its care wants of its person, and whether the person was asked since the fob was plugged in. */
  hold: 'none' | 'wanted' | 'asked';
  /** Whether its person has put off what needs a hold, on this connection. */
  isPutOff: boolean;
  private doneTasks: readonly string[];
  private readonly means: FobMeans;
  private standing: FobOwnership | undefined;
  private pipe: Pipe | undefined;
  private turn: Promise<unknown>;
  private ending: AbortController | undefined;
  private isGone: boolean;
  /** The tasks that the relay was told last, as text. */
  private toldTasks: string;
  /** Ends a hold that the fob's person is asked for, once another session is wanted. */
  private yielding: AbortController | undefined;

  constructor(
    means: FobMeans,
    carrier: FobCarrier,
    announced: {
      readonly fob: number;
      readonly serial: string;
      readonly port: string;
      readonly sinceMs: number;
    },
  ) {
    this.means = means;
    this.carrier = carrier;
    this.number = announced.fob;
    this.serial = announced.serial;
    this.port = announced.port;
    this.failures = 0;
    this.sinceMs = announced.sinceMs;
    this.hold = 'none';
    this.isPutOff = false;
    this.doneTasks = [];
    this.toldTasks = NO_TASKS;
    this.turn = IDLE;
    this.isGone = false;
  }

  /** The fob was unplugged or its connection lost: its session ends. */
  leave(): void {
    this.isGone = true;
    this.ending?.abort();
    this.pipe?.lost(new FobError('unplugged', { subject: this.port }));
  }

  /** Whether the service did not know the fob at the last attempt. */
  get isStranger(): boolean {
    return this.standing === 'other';
  }

  get hasLeft(): boolean {
    return this.isGone;
  }

  receive(text: string): void {
    // Without a session the text is late, and dropped.
    this.pipe?.receive(bytesOfCarried(text));
  }

  unreached(why: Unreached): void {
    this.pipe?.lost(new FobError(KINDS[why], { subject: this.port }));
  }

  /** Tells the agent whether the fob belongs to the service. */
  stand(is: FobOwnership): void {
    if (this.standing === is) return;
    this.standing = is;
    this.carrier.say({ type: 'standing', fob: this.number, is });
  }

  /** @param task what was done on this connection, in words */
  did(task: string): void {
    this.doneTasks = [...this.doneTasks, task].slice(-careLimits.tasksTold);
  }

  /** Tells the relay the tasks of the fob, unless it was told the same before. @param waiting in words */
  sayTasks(waiting: readonly string[]): void {
    const tasks = { waiting, done: this.doneTasks };
    const text = JSON.stringify(tasks);
    if (text === this.toldTasks) return;
    this.toldTasks = text;
    this.carrier.say({ type: 'tasks', fob: this.number, ...tasks });
  }

  /** Withdraws a question for a hold from the screen of the fob. */
  withdraw(): void {
    this.yielding?.abort();
  }

  /**
   * Runs `work` in a session with the fob; sessions run one after the other. The port is released afterwards.
   * @throws NotManaged, FobError those of the link, `not-authentic`, errors that `work` throws
   */
  session<T>(work: (session: ManagedSession) => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.yielding?.abort();
    const result = this.turn.then(() => this.open(work, signal));
    this.turn = result.catch(() => undefined);
    return result;
  }

  /**
   * Runs `work`, which asks the fob's person for a hold, inside the present session. Its signal is aborted as soon as
   * another session waits: a log-in comes first.
   */
  async asking<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const yielding = new AbortController();
    this.yielding = yielding;
    try {
      return await work(yielding.signal);
    } finally {
      // The person had no time to answer: the next quiet moment counts.
      if (yielding.signal.aborted) this.hold = 'wanted';
      this.yielding = undefined;
    }
  }

  private async open<T>(work: (session: ManagedSession) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.isGone || signal?.aborted) throw new FobError('cancelled');
    const { management, patience } = this.means;
    // Not every database accepts every text in a query.
    if (!/^[\x21-\x7e]{1,64}$/.test(this.serial)) throw new NotManaged();
    const row = await fobNamed(management.db, this.serial);
    const secrets = row && fobSecretsOf(management.keys, row);
    if (row === undefined || secrets === undefined) throw new NotManaged();
    if (this.isGone) throw new FobError('cancelled');
    // An agent carries no bytes to a fob that the service does not know.
    if (this.isStranger) this.stand('unproved');
    const ending = new AbortController();
    this.ending = ending;
    const until = signal === undefined ? ending.signal : AbortSignal.any([ending.signal, signal]);
    const { carrier, number: fob } = this;
    const pipe = carriedPipe(
      this.port,
      text => carrier.say({ type: 'bytes', fob, text }),
      () => carrier.say({ type: 'release', fob }),
    );
    this.pipe = pipe;
    const client = connect(pipe.transport, { random, ...(patience && { patience }) });
    try {
      const hello = await client.hello(patience ?? HELLO_PATIENCE, until);
      if (hello.serial !== this.serial) throw new FobError('not-authentic', { subject: this.serial });
      if (hello.state === 'blank') await noteBlank(management, this.serial);
      await client.openSession(pairingKey(secrets.pairingKey), until);
      const tools = { now: management.clock, random, signal: until };
      return await work({ client, hello, fobId: row.id, tools });
    } finally {
      clearSecrets(secrets);
      this.pipe = undefined;
      this.ending = undefined;
      await client.close();
    }
  }
}

const HELLO_PATIENCE: RetryPolicy = {
  answerTimeoutMs: agentLimits.agentHelloAnswerMs,
  sendsMax: agentLimits.agentHelloSends,
};
