import { CODE_WISHES_MAX } from 'passfob/activation/limits';
import { pause } from 'passfob/client/pause';
import { isFobError, isRefusal } from 'passfob/errors';
import { askedCode } from 'passfob/owner/pairing';
import { relayLimits } from '../../../../base/limits/relay.ts';
import { relayTexts } from '../../../../base/texts/relay.ts';
import { RelayRefusal } from '../records/refusal.ts';
import type { Run } from './run.ts';

const { steps } = relayTexts;

/** Why a code is asked for, by the name of its text. */
export type CodeOccasion = 'code' | 'codeAgain' | 'codeNew' | 'codeSame';

/** The pairing code of a blank fob: while the code is needed, the service keeps one on the fob's screen. */
export class ScreenCode {
  private readonly run: Run;
  /** When the code expires, by the service's clock; 0 before the first code. */
  private untilMs: number;
  private codes: number;
  /** How often the user asked to see this code again. */
  private wishes: number;
  /** When the user was told that the previous code had expired. */
  private renewedMs: number;

  constructor(run: Run) {
    this.run = run;
    this.untilMs = 0;
    this.codes = 0;
    this.wishes = 0;
    this.renewedMs = Number.NEGATIVE_INFINITY;
  }

  /**
   * Whether the input may be of the expired code: it was sent before the relay knew of the new code, and arrived
   * sooner than a person can type one. Only once per expired code, so that guesses are counted.
   */
  wasLate(): boolean {
    const sinceMs = this.run.tools.now() - this.renewedMs;
    this.renewedMs = Number.NEGATIVE_INFINITY;
    return sinceMs >= 0 && sinceMs < relayLimits.codeLateMs;
  }

  /**
   * Has the fob show a code and the user type it, again if it is mistyped.
   * @throws RelayRefusal `wrong_code`, `idle`, FobError those of the link
   */
  async typed(occasion: Exclude<CodeOccasion, 'codeSame'>): Promise<string> {
    await this.show();
    try {
      return await askedCode(isAgain => this.asked(isAgain ? 'codeAgain' : occasion));
    } catch (error) {
      throw isFobError(error, 'bad-input') ? new RelayRefusal('wrong_code', 'no code') : error;
    }
  }

  private async asked(first: CodeOccasion): Promise<string> {
    const { typedCode } = this.run;
    let isSame = false;
    let idleMs = 0;
    this.tell(first);
    for (;;) {
      const waitMs = Math.min(this.leftMs + relayLimits.codeOutMs, relayLimits.relayWaitMs - idleMs);
      const typed = await typedCode({ waitMs, isSame });
      if (typed.kind === 'code') return typed.code;
      const isWish = typed.kind === 'show';
      idleMs = isWish ? 0 : idleMs + waitMs;
      if (idleMs >= relayLimits.relayWaitMs) throw new RelayRefusal('idle');
      isSame = true;
      // Further requests to see the code are ignored until the next code.
      if (isWish && ++this.wishes > CODE_WISHES_MAX) continue;
      isSame = !(await this.show());
      // Only after a request to see the code is the relay told that it is the same: older relays do not know that
      // message.
      if (!isSame) {
        this.renewedMs = this.run.tools.now();
        this.tell('codeNew');
      } else if (isWish) this.tell('codeSame');
    }
  }

  private get leftMs(): number {
    return Math.max(0, this.untilMs - this.run.tools.now());
  }

  private tell(occasion: CodeOccasion): void {
    this.run.tell('code', steps[occasion], {
      again: occasion === 'codeAgain',
      seconds: Math.ceil(this.leftMs / 1000),
      ...(occasion === 'codeSame' && { same: true }),
    });
  }

  /** @returns whether the code is a new one. @throws RelayRefusal `idle` after too many codes */
  private async show(): Promise<boolean> {
    const seconds = await pairingSeconds(this.run);
    const untilMs = this.run.tools.now() + seconds * 1000;
    const isNew = untilMs > this.untilMs + relayLimits.codeSameMs;
    this.untilMs = untilMs;
    if (!isNew) return false;
    this.wishes = 0;
    if (++this.codes > relayLimits.codesMax) throw new RelayRefusal('idle');
    return true;
  }
}

/** Has the fob show a code, once it has gathered enough randomness. @returns for how many seconds it is shown */
async function pairingSeconds({ client, tools, tell }: Run): Promise<number> {
  for (let polls = 0; ; polls++) {
    try {
      return await client.startPairing(tools.signal);
    } catch (error) {
      const isOver = polls * relayLimits.pinPollMs >= relayLimits.relayWaitMs;
      if (isOver || !isRefusal(error, 'needs-entropy')) throw error;
      if (polls === 0) tell('hello', steps.gather);
      await pause(relayLimits.pinPollMs, tools.signal);
    }
  }
}
