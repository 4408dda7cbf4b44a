import { CODE_WISHES_MAX } from 'passfob/activation/limits';
import { pause } from 'passfob/client/pause';
import { isFobError, isRefusal } from 'passfob/errors';
import { askedCode } from 'passfob/owner/pairing';
import { relayLimits } from '../../../../base/limits/relay.ts';
import { relayTexts } from '../../../../base/texts/relay.ts';
import { RelayRefusal } from '../records/refusal.ts';
import type { Run } from './run.ts';

const { steps } = relayTexts;

/** Why a code is asked for: by the name of its text. */
export type CodeOccasion = 'code' | 'codeAgain' | 'codeNew' | 'codeSame';

/** The pairing code of a blank fob: as long as it is asked for, the service sees to it that the screen shows one. */
export class ScreenCode {
  private readonly run: Run;
  /** By the clock of the service, when the code goes out: before its first, none is there. */
  private untilMs: number;
  private codes: number;
  /** How often this code was shown because the person wished it. */
  private wishes: number;
  /** When the person was told that the code before had run out. */
  private renewedMs: number;

  constructor(run: Run) {
    this.run = run;
    this.untilMs = 0;
    this.codes = 0;
    this.wishes = 0;
    this.renewedMs = Number.NEGATIVE_INFINITY;
  }

  /**
   * Whether what was typed may be of the code that ran out: on its way before the relay saw that there is another, and
   * sooner than anybody types one. Once for each code that ran out: guesses are not to go uncounted.
   */
  wasLate(): boolean {
    const sinceMs = this.run.tools.now() - this.renewedMs;
    this.renewedMs = Number.NEGATIVE_INFINITY;
    return sinceMs >= 0 && sinceMs < relayLimits.codeLateMs;
  }

  /**
   * Has the fob show a code and the person type it, anew where a character is wrong.
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
      // A relay that wishes on is not heard before the next code.
      if (isWish && ++this.wishes > CODE_WISHES_MAX) continue;
      isSame = !(await this.show());
      // Only who wished it hears that it is the same: a relay of before that was possible does not know the word.
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

  /** @returns whether the code is another than before. @throws RelayRefusal `idle` after too many of them */
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

/** Has the fob show a code, once it has gathered the chance for one. @returns for how many seconds */
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
