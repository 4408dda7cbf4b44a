import type { OpenedFob, RelayEvent } from '../activation/relay-options.ts';
import type { Hello } from '../client/hello.ts';
import { pause } from '../client/pause.ts';
import { watched } from '../client/trace.ts';
import { chooseFob, closeAll, type FobChoice, findFobs } from '../commands/find.ts';
import { FobError, isFobError } from '../errors.ts';
import { PORT_POLL_INTERVAL_MS } from '../limits.ts';
import { openTransport, readAddress } from '../transports/discover.ts';

/** Errors that may occur while a fob is unplugged for a moment. */
const AWAY = [
  'no-fob',
  'port-absent',
  'port-failed',
  'port-busy',
  'no-answer',
  'unplugged',
  'port-hung',
] as const;

/** The service's refusals of a fob that has another owner; 0.2.0 says `wrong_fob`. */
const OTHER_OWNER: readonly unknown[] = ['has_owner', 'wrong_fob'];

type Entered = Extract<RelayEvent, { readonly event: 'entered' }>;

/** The fob of an activation: finds it, and compares its own answer with what the service accepts. */
export class ActivationFob {
  private readonly choice: FobChoice;
  private readonly say: (text: string) => void;
  private entered: Entered | undefined;
  private hello: Hello | undefined;
  /** Asks for the fob; shown only if it is not there. */
  private plugText: string;

  /** @param say shows a line to the person */
  constructor(choice: FobChoice, say: (text: string) => void) {
    this.choice = choice;
    this.say = say;
    this.plugText = '';
  }

  /** The user whose fob it becomes; empty before the service has said it. */
  get user(): string {
    return this.entered?.user ?? '';
  }

  /** Receives an event of the relay. @returns whether to show it now */
  hear(event: RelayEvent): boolean {
    if (event.event === 'entered') this.entered = event;
    if (event.event !== 'step') return true;
    if (event.step === 'plug') this.plugText = event.text;
    // The line about the same code would appear in the middle of the text being typed.
    return event.step !== 'plug' && event.same !== true;
  }

  /**
   * Finds and opens the fob as other commands do; once it was found, waits for it to come back.
   * @throws FobError as `findFobs` and `chooseFob`; `activation` for a blank fob that the service would refuse
   */
  async open(signal: AbortSignal): Promise<OpenedFob> {
    const wasThere = this.hello !== undefined;
    for (;;) {
      try {
        const opened = await this.openNow(signal);
        this.plugText = '';
        return opened;
      } catch (error) {
        if (!wasThere || !isFobError(error, ...AWAY)) throw error;
        if (this.plugText !== '') this.say(this.plugText);
        this.plugText = '';
        await pause(PORT_POLL_INTERVAL_MS, signal);
      }
    }
  }

  private async openNow(signal: AbortSignal): Promise<OpenedFob> {
    const { port, wire, serial: chosen } = this.choice;
    // The service's serial selects the expected fob if several are plugged in.
    const serial = chosen ?? this.entered?.serial ?? undefined;
    const found = await findFobs(port, false, signal, wire);
    let address: string;
    let hello: Hello;
    try {
      ({ address, hello } = chooseFob(found, { ...this.choice, serial }));
    } finally {
      await closeAll(found);
    }
    this.refuseBlank(hello);
    this.hello = hello;
    const where = readAddress(address);
    const opened = await openTransport(where);
    return { transport: watched(opened, wire ?? {}, () => performance.now()), port: where.kind };
  }

  /** The service would refuse this fob, too, and count it as one of the few attempts of the activation. */
  private refuseBlank({ state, serial }: Hello): void {
    if (state !== 'blank' || this.entered?.fobs !== 'owned') return;
    throw new FobError('activation', {
      sentence: `The fob ${serial} is blank, and the activation does not allow a blank fob.`,
      next: 'Use the fob that you were given, or tell your help desk.',
      details: { code: 'blank_fob', isFinal: false },
    });
  }

  /**
   * Adds what the fob has said about itself to a refusal of the service. Before, an owned fob cannot be refused: only
   * the service knows whether its owner is the service itself.
   */
  explained(error: unknown): unknown {
    const { hello, entered } = this;
    if (!isFobError(error, 'activation') || error.details === undefined) return error;
    if (!OTHER_OWNER.includes(error.details.code)) return error;
    if (hello?.state !== 'owned' || entered?.fobs !== 'any' || entered.serial !== null) return error;
    return new FobError('activation', {
      sentence: `The fob ${hello.serial} already has an owner.`,
      next: 'Its owner can run: passfob erase. Or use a blank fob.',
      details: error.details,
    });
  }
}
