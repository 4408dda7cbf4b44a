import { secret } from '../../../kit/secrets.ts';
import type { FakeClock } from '../../../service/kit.ts';
import type { SimulatedFob } from '../../../unit/host/kit/simulated-fob.ts';
import { type Hands, PASSCODE } from '../reader.ts';

const SHORT_MS = 100;

/** A simulated fob in the hand of a person: its time passes for the service, too. */
export class HeldFob implements Hands {
  readonly fob: SimulatedFob;
  isPluggedIn = false;
  readonly #clock: FakeClock;

  constructor(fob: SimulatedFob, clock: FakeClock) {
    this.fob = fob;
    this.#clock = clock;
  }

  screen(): Promise<readonly string[]> {
    return this.fob.screen();
  }

  async press(heldMs = SHORT_MS): Promise<void> {
    await this.fob.ask({ do: 'press', heldMs });
    this.#clock.nowMs += heldMs;
  }

  async advance(ms: number): Promise<void> {
    await this.fob.ask({ do: 'advance', ms });
    this.#clock.nowMs += ms;
  }

  /** Makes its clock run ahead of all others. */
  async runAhead(ms: number): Promise<void> {
    await this.fob.ask({ do: 'advance', ms });
  }

  /** Puts its cable into the computer. */
  plugIn(): void {
    this.isPluggedIn = true;
  }

  /** Returns the code of a blank fob that has been asked for it. */
  pairingCode(): Promise<string> {
    return this.fob.code();
  }

  /** Returns the text on the screen that has the groups of a passcode. */
  async passcode(): Promise<string | undefined> {
    const shown = (await this.screen()).find(line => PASSCODE.test(line.trim()));
    return shown === undefined ? undefined : secret(shown.trim());
  }
}
