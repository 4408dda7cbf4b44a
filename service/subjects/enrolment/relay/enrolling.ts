import { randomBytes } from 'node:crypto';
import type { RelaySays, ServiceSays } from 'passfob/carrier/messages';
import { connect } from 'passfob/client/client';
import type { RetryPolicy } from 'passfob/client/link';
import type { pause } from 'passfob/client/pause';
import { relayLimits } from '../../../base/limits/relay.ts';
import { type RelayRefusalCode, relayTexts } from '../../../base/texts/relay.ts';
import type { Management } from '../../../storage/management.ts';
import type { User } from '../../users/users.ts';
import { Cable, type Plugged } from './cable.ts';
import { endOf } from './fob-errors.ts';
import { countAttempt } from './records/attempts.ts';
import type { Claim, ClaimedActivation } from './records/claim.ts';
import type { Finished } from './records/finish.ts';
import { RelayRefusal } from './records/refusal.ts';
import { recordRefusal } from './records/refuse.ts';
import { enrol } from './steps/enrol.ts';
import type { Run } from './steps/run.ts';
import { TypedCode } from './steps/typed-code.ts';

/** Dependencies besides the activation. */
interface EnrolmentDependencies {
  readonly management: Management;
  readonly applicationId: string;
  readonly patience?: RetryPolicy;
  readonly pause?: typeof pause;
}

/** An activation that a relay has claimed. */
interface Entered {
  readonly claim: Claim;
  readonly activation: ClaimedActivation;
  readonly user: User;
}

/** Receives the messages and the result. */
interface Listener {
  readonly say: (message: ServiceSays<'activation'>) => void;
  readonly refused: (code: RelayRefusalCode) => Promise<void>;
  readonly done: (finished: Finished) => void;
}

/** Enrols a fob for one activation over one connection: fob after fob, until one is enrolled or refused. */
export class Enrolling {
  private readonly claim: Claim;
  private readonly dependencies: EnrolmentDependencies;
  private readonly entered: Entered;
  private readonly listener: Listener;
  private readonly cable: Cable;
  private readonly typed: TypedCode;
  private readonly ending: AbortController;
  private renewing: NodeJS.Timeout | undefined;

  constructor(dependencies: EnrolmentDependencies, entered: Entered, listener: Listener) {
    this.dependencies = dependencies;
    this.entered = entered;
    this.claim = entered.claim;
    this.listener = listener;
    this.cable = new Cable((fob, text) => listener.say({ type: 'bytes', fob, text }));
    this.typed = new TypedCode();
    this.ending = new AbortController();
  }

  start(): void {
    this.renewing = setInterval(() => void this.renew(), relayLimits.relayRenewMs);
    void this.enrolOne();
  }

  stop(): void {
    clearInterval(this.renewing);
    this.ending.abort();
    this.cable.unplug();
  }

  /** The number of the fob that the relay opened last. */
  get fob(): number | undefined {
    return this.cable.fob;
  }

  /** @returns whether the message is allowed during an enrolment */
  take(message: RelaySays): boolean {
    switch (message.type) {
      case 'fob':
        return this.cable.plug(message.fob, message.port);
      case 'bytes':
        this.cable.receive(message.fob, message.text);
        return true;
      case 'gone':
        if (message.fob === this.cable.fob) this.cable.unplug();
        return true;
      case 'show-code':
        // What is said about an earlier fob is late, and ignored.
        if (message.fob === this.cable.fob) this.typed.show();
        return true;
      case 'pairing-code':
        if (message.fob === this.cable.fob) this.typed.receive(message.code);
        return true;
      default:
        return false;
    }
  }

  private async renew(): Promise<void> {
    try {
      await this.claim.renew();
    } catch (error) {
      // A busy database is asked again before the lease expires.
      if (error instanceof RelayRefusal) await this.listener.refused(error.code);
    }
  }

  private async enrolOne(): Promise<void> {
    const { steps } = relayTexts;
    for (let plugs = 0; plugs < relayLimits.relayPlugsMax; plugs++) {
      this.cable.unplug();
      const text = plugs === 0 ? steps.plug : steps.plugAgain;
      this.listener.say({ type: 'step', step: 'plug', text });
      try {
        return this.listener.done(await this.withFob(await this.cable.next(this.ending.signal)));
      } catch (error) {
        if (this.ending.signal.aborted) return;
        const end = endOf(error);
        if (end !== undefined) return await this.listener.refused(await this.settle(end));
      }
    }
    await this.listener.refused('idle');
  }

  private async withFob({ transport, port }: Plugged): Promise<Finished> {
    const { management, applicationId, patience, pause } = this.dependencies;
    const { signal } = this.ending;
    const random = (length: number) => new Uint8Array(randomBytes(length));
    const client = connect(transport, { random, ...(patience && { patience }) });
    const tell: Run['tell'] = (step, text, facts) => {
      const { fob } = this.cable;
      this.listener.say({ type: 'step', ...(fob !== undefined && { fob }), step, text, ...facts });
    };
    try {
      tell('hello', relayTexts.steps.hello);
      const hello = await client.hello(patience, signal);
      const run: Run = {
        management,
        claim: this.claim,
        activation: this.entered.activation,
        client,
        hello,
        tools: { now: management.clock, random, signal },
        tell,
        typedCode: wait => this.typed.next(wait, { transport, signal, ...(pause && { pause }) }),
      };
      return await enrol(run, { port, applicationId });
    } finally {
      await client.close();
    }
  }

  /** Counts the attempt where it counts, and records the reason for the help desk. @returns the code for the relay */
  private async settle({ code, why, isCounted }: RelayRefusal): Promise<RelayRefusalCode> {
    try {
      if (isCounted) return (await countAttempt(this.claim, why)) ? 'attempts' : code;
      const { user } = this.entered;
      await this.claim.holding((acting, { id: activationId }) =>
        recordRefusal(acting, { user, activationId, why }),
      );
      return code;
    } catch {
      // The claim is lost, or the database busy: the refusal stands.
      return code;
    }
  }
}
