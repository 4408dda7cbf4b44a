import { bytesOf } from '@passfob/protocol/bytes';
import type { Request } from '@passfob/protocol/commands';
import { readPairingCode } from '@passfob/protocol/pairing';
import { type CallOptions, type Client, connect } from '../client/client.ts';
import { pairingCode, pairingKey } from '../client/handshake.ts';
import type { SealedCommand } from '../client/messages.ts';
import { parseOtpauth } from '../enrol/otpauth.ts';
import { FobError } from '../errors.ts';
import { SCENARIO_PATIENCE } from '../limits.ts';
import { accountOf, isProved, putAccount, randomId } from '../owner/account.ts';
import { askTime } from '../owner/clock.ts';
import { type FobSecrets, freshSecrets, giveSecrets } from '../owner/pairing.ts';
import { pipe } from '../transports/pipe.ts';

/** A wire of bytes, as a simulated fob has it. */
interface Wire {
  write(bytes: Uint8Array): void;
  onData(listener: (bytes: Uint8Array) => void): () => void;
}

/** `ScenarioTools` of simulator/scenarios/base/owner.ts: the cable, and the time and randomness of the scenario. */
interface Tools {
  readonly wire: Wire;
  now(): number;
  random(length: number): Uint8Array;
  nextPoll(): Promise<void>;
  screen(): readonly string[];
}

interface Call {
  readonly signal: AbortSignal;
  readonly onPressNeeded: () => void;
}

/** By `status.pin`. */
const PIN_STATES = ['none', 'set', 'must be chosen'];
/** `respond.number` without two digits to compare. */
const NO_NUMBER = 255;

/**
 * Plays the owner in scenarios of simulated fobs, with the same client and the same steps as the commands. It keeps
 * its keys in memory, and opens a session for each command, as those do.
 */
class ScenarioOwner {
  private readonly tools: Tools;
  private readonly client: Client;
  private secrets: FobSecrets | undefined;

  constructor(tools: Tools) {
    this.tools = tools;
    const cable = pipe({
      name: 'scenario',
      write: async text => tools.wire.write(bytesOf(text)),
      release: async () => {},
    });
    tools.wire.onData(bytes => cable.receive(bytes));
    const random = (length: number) => tools.random(length);
    this.client = connect(cable.transport, { random, patience: SCENARIO_PATIENCE });
  }

  async askForPairing({ signal }: Call): Promise<void> {
    await this.client.hello(SCENARIO_PATIENCE, signal);
    await this.client.startPairing(signal);
  }

  async pair(typed: string | undefined, call: Call): Promise<void> {
    const { signal } = call;
    await this.askForPairing(call);
    const code = readPairingCode(typed ?? this.codeOnScreen());
    if (code === undefined) throw new FobError('bad-input', { sentence: 'This is no pairing code.' });
    await this.client.openSession(pairingCode(code), signal);
    const secrets = freshSecrets(length => this.tools.random(length));
    await giveSecrets({ ...this.ownerTools(call), now: () => this.tools.now() }, this.client, secrets);
    this.secrets = secrets;
    await this.open(call);
  }

  private codeOnScreen(): string {
    return this.tools
      .screen()
      .filter(line => /^[a-z0-9]{3} [a-z0-9]{3}$/.test(line))
      .join('');
  }

  private ownerTools({ signal }: Call) {
    return { now: () => this.tools.now(), random: (length: number) => this.tools.random(length), signal };
  }

  /** Opens a session with the owner's key. @throws FobError `not-paired` before `pair` */
  private async open({ signal }: Call): Promise<void> {
    const hello = await this.client.hello(SCENARIO_PATIENCE, signal);
    if (this.secrets === undefined) throw new FobError('not-paired', { subject: hello.serial });
    await this.client.openSession(pairingKey(this.secrets.pairingKey), signal);
  }

  /** Options of a command that asks the person: it asks again in simulated time. */
  private asking<N extends SealedCommand>(
    request: Parameters<Client['call']>[1],
    call: Call,
  ): CallOptions<N> {
    const renew = async () => {
      await this.tools.nextPoll();
      return request as never;
    };
    return { signal: call.signal, onPressNeeded: call.onPressNeeded, renew };
  }

  private async idOf(label: string, { signal }: Call): Promise<Uint8Array> {
    const { accounts } = await this.client.call('info', {}, { signal });
    for (let index = 0; index < accounts; index++) {
      const account = await this.client.call('list', { index }, { signal });
      if (new TextDecoder().decode(account.label) === label) return account.id;
    }
    throw new FobError('bad-input', {
      sentence: `The fob has no account ${label}.`,
      next: 'Enrol it first.',
    });
  }

  async enrol(uri: string, call: Call): Promise<void> {
    const enrolment = parseOtpauth(uri);
    await this.open(call);
    const tools = this.ownerTools(call);
    const account = accountOf(enrolment, randomId(tools.random));
    const proved =
      (await putAccount(tools, this.client, account, enrolment)) ??
      (await isProved(tools, this.client, account));
    if (!proved) throw new FobError('verification-failed');
  }

  async remove(label: string, call: Call): Promise<void> {
    await this.open(call);
    await this.client.call('remove', { id: await this.idOf(label, call) }, { signal: call.signal });
  }

  async setClock(utcMs: number | undefined, call: Call): Promise<void> {
    await this.open(call);
    // While the person acts, time passes; a wrong time stays as it was asked for.
    const request = () => ({ utc: Math.round((utcMs ?? this.tools.now()) / 1000) });
    const renew = async () => {
      await this.tools.nextPoll();
      return request();
    };
    await this.client.call('setClock', request(), {
      signal: call.signal,
      onPressNeeded: call.onPressNeeded,
      renew,
    });
  }

  async setPolicy(policy: Request<'setPolicy'>, call: Call): Promise<void> {
    await this.open(call);
    if (policy.pinDigits > 0 && this.secrets !== undefined) {
      await this.client.call('escrow', { recoveryKey: this.secrets.recoveryKey }, { signal: call.signal });
    }
    await this.client.call('setPolicy', policy, { signal: call.signal });
  }

  async code(label: string, call: Call): Promise<string> {
    await this.open(call);
    const request = { id: await this.idOf(label, call) };
    const { code } = await this.client.call('code', request, this.asking<'code'>(request, call));
    return new TextDecoder().decode(code);
  }

  async approval(
    asked: {
      readonly account: string;
      readonly question: string;
      readonly number: number | undefined;
      readonly service: string;
      readonly user: string;
    },
    call: Call,
  ): Promise<string> {
    await this.open(call);
    const text = new TextEncoder();
    const request = {
      id: await this.idOf(asked.account, call),
      question: text.encode(asked.question),
      number: asked.number ?? NO_NUMBER,
      service: text.encode(asked.service),
      user: text.encode(asked.user),
    };
    const { code } = await this.client.call('respond', request, this.asking<'respond'>(request, call));
    return new TextDecoder().decode(code);
  }

  async requirePin(call: Call): Promise<void> {
    await this.open(call);
    await this.client.call('requirePin', {}, { signal: call.signal });
  }

  async resetPin(call: Call): Promise<void> {
    await this.open(call);
    const request = { recoveryKey: this.secrets?.recoveryKey ?? new Uint8Array(0) };
    await this.client.call('resetPin', request, this.asking<'resetPin'>(request, call));
  }

  async erase(call: Call): Promise<void> {
    await this.open(call);
    await this.client.call('erase', {}, this.asking<'erase'>({}, call));
  }

  async look(call: Call) {
    const { state } = await this.client.hello(SCENARIO_PATIENCE, call.signal);
    const none = { state, accounts: 0, clock: 'unset', pin: 'none', locked: false, failures: 0 };
    if (state !== 'owned' || this.secrets === undefined) return none;
    await this.open(call);
    const { signal } = call;
    const { pin, locked, failures } = await this.client.call('status', {}, { signal });
    // A locked fob does not tell how many accounts it has.
    const { accounts } = locked ? { accounts: undefined } : await this.client.call('info', {}, { signal });
    const { state: clock } = await askTime(this.ownerTools(call), this.client);
    return { state, accounts, clock, pin: PIN_STATES[pin] ?? '', locked: locked !== 0, failures };
  }
}

/** Opens the owner of one scenario, for `runScenario` of `@passfob/simulator`. */
export function scenarioOwner(tools: Tools): ScenarioOwner {
  return new ScenarioOwner(tools);
}
