import { setTimeout as pause } from 'node:timers/promises';
import { follow } from '../reader.ts';
import type { HeldFob } from './held-fob.ts';
import { isToldToAct, sentencesOf } from './sentences.ts';
import type { Scene, Sight } from './sight.ts';

/** More steps than any useful way has. */
const STEPS_MAX = 60;
const LOOK_MS = 20;
/** Successive refusals after which a person gives up. */
const REFUSALS_MAX = 3;
/** Time goes on while a person types. */
const TYPING_MS = 3_000;
const HOLD_MS = 1_200;

/** A person's act after reading a sentence. */
export interface Act {
  readonly says: RegExp;
  /**
   * The act; if left out, the person understands the sentence and does nothing now. `another time`: nor by the rest
   * of its paragraph. A returned function runs when the paragraph has been read to its end.
   */
  readonly does?: (human: Human, read: Read) => unknown;
}

interface Read {
  readonly sentence: string;
  /** All text after it. */
  readonly rest: string;
}

/** The common skills. In each list the first match counts. */
export interface Knowledge {
  readonly acts: readonly Act[];
  /** The input that a person types where these words ask for it. */
  readonly fields: readonly { readonly words: RegExp; readonly value: (human: Human) => string }[];
  /** The buttons that a person presses to get in. */
  readonly buttons: readonly RegExp[];
}

/** A person's belongings before anything is read. */
export interface Belongings {
  readonly user: string;
  readonly fob: HeldFob;
  /** Whether their browser reaches fobs; otherwise they have a command line, and any browser. */
  readonly hasBrowserForFobs: boolean;
  readonly browse: (address: string) => Promise<Scene>;
  /** Runs a command as it was printed. */
  readonly command: (line: string) => Scene;
  /** Asks the help desk to reset their PIN. */
  readonly askForReset: () => Promise<void>;
  /** PINs that they choose, in this order. Secrets. */
  readonly pins: readonly string[];
  /** How long they wait for an event. */
  readonly patienceMs: number;
}

/**
 * A person who knows only the texts they read, and does what each sentence says. A sentence that asks for an unknown
 * act, or that leads nowhere, is an error.
 */
export class Human {
  readonly has: Belongings;
  readonly knows: Knowledge;
  scene: Scene;
  /** The address of the service, once it was read. */
  address = '';
  activationString = '';
  pairingCode = '';
  /** Passcodes read off the fob, the last one last. */
  readonly passcodes: string[] = [];
  readonly typed = new Set<string>();
  /** Every sentence that was read. */
  readonly read: string[] = [];
  pin: string | undefined;
  /** Whether a sentence warned against the fob's instructions. */
  isWarned = false;
  hasForgotten = false;
  isPinLeftOut = false;
  newPin = '';
  pinsChosen = 0;
  refusals = 0;
  /** After a refused passcode: whether they take the way named for that, or just the next passcode. */
  wantsFobFound = false;
  /** Whether the last two passcodes were read one right after the other. */
  isSecondRead = false;
  /** Whether passcodes change by themselves, as far as the person has seen. */
  goesByClock = false;
  /** The last acts that brought a passcode to the screen. */
  showing: string[] = [];
  #before: Sight | undefined;

  constructor(has: Belongings, knows: Knowledge, scene: Scene) {
    this.has = has;
    this.knows = knows;
    this.scene = scene;
  }

  /** Follows the texts until words say that the goal is reached. */
  async until(goal: RegExp): Promise<void> {
    this.refusals = 0;
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      const sight = await this.#lookUp();
      if (sight.paragraphs.some(paragraph => goal.test(paragraph))) return;
      await this.#goOn(sight);
      if (this.refusals >= REFUSALS_MAX) throw new Error('the person is refused again and again');
    }
    throw new Error('the person goes round in circles');
  }

  turnTo(scene: Scene): void {
    this.scene = scene;
    this.#before = undefined;
  }

  async browseTo(address: string): Promise<void> {
    this.turnTo(await this.has.browse(address));
  }

  /**
   * Follows a link.
   * @throws where there is none with these words
   */
  async goBy(link: RegExp): Promise<void> {
    if (!(await this.scene.goBy(link))) throw new Error(`no link leads on by the words ${link.source}`);
  }

  /**
   * Does at the fob what a sentence says.
   * @throws where it says nothing that can be done there
   */
  async atFob(sentence: string): Promise<void> {
    const acts = await follow(this.has.fob, sentence, 'passcode', this.has.user);
    if (acts === 0) throw new Error(`nobody knows how to do this at a fob: ${sentence}`);
  }

  /**
   * Reads the passcode off the fob.
   * @throws where it shows none
   */
  async readPasscode(): Promise<string> {
    const shown = await this.has.fob.passcode();
    if (shown === undefined) throw new Error('the fob shows no passcode to type');
    if (this.passcodes.at(-1) !== shown) this.passcodes.push(shown);
    // The remaining seconds stand beside it.
    this.goesByClock = (await this.has.fob.screen()).some(line => /^\d+s$/.test(line.trim()));
    return shown;
  }

  /** Shows an unneeded passcode that no sentence asked for: dismisses the old one and shows the next. */
  async showForFun(): Promise<void> {
    await this.has.fob.press();
    await this.has.fob.press(HOLD_MS);
    await this.has.fob.advance(TYPING_MS);
  }

  /**
   * Runs what the fob says to run, unless another sentence says not to.
   * @returns whether it was done
   */
  async heedsFob(): Promise<boolean> {
    const command = /\brun: (passfob [a-z]+)/.exec((await this.has.fob.screen()).join(' '))?.[1];
    if (command === undefined || this.isWarned) return false;
    this.turnTo(this.has.command(command));
    return true;
  }

  /**
   * Waits for a changed sight.
   * @throws where patience ends first
   */
  async #lookUp(): Promise<Sight> {
    const endMs = performance.now() + this.has.patienceMs;
    for (;;) {
      const sight = await this.scene.look();
      if (sight.shownAs !== this.#before?.shownAs) return sight;
      if (performance.now() > endMs) throw new Error(`this leads nowhere: ${sight.paragraphs.join(' / ')}`);
      await pause(LOOK_MS);
    }
  }

  /** Does what the new text says, sentence by sentence, then fills in the form. */
  async #goOn(sight: Sight): Promise<void> {
    const before = this.#before?.page === sight.page ? this.#before : undefined;
    this.#before = sight;
    const here = this.scene;
    const isGone = async () => this.scene !== here || (await here.look()).page !== sight.page;
    const later: (() => unknown)[] = [];
    const fresh = without(sight.paragraphs, before?.paragraphs ?? []);
    for (const [at, paragraph] of fresh.entries()) {
      const sentences = sentencesOf(paragraph);
      for (const [nth, sentence] of sentences.entries()) {
        const rest = [sentences.slice(nth + 1).join('\n'), ...fresh.slice(at + 1)].join('\n\n');
        const done = await this.#obey(sentence, rest);
        if (await isGone()) return;
        if (done === 'another time') break;
        if (typeof done === 'function') later.push(() => done());
      }
      for (const act of later.splice(0)) await act();
      if (await isGone()) return;
    }
    if (fresh.length > 0 || before === undefined || formOf(before) !== formOf(sight))
      await this.#fillIn(sight);
  }

  async #obey(sentence: string, rest: string): Promise<unknown> {
    this.read.push(sentence);
    const act = this.knows.acts.find(({ says }) => says.test(sentence));
    if (act === undefined && isToldToAct(sentence)) throw new Error(`nobody knows how to do: ${sentence}`);
    return await act?.does?.(this, { sentence, rest });
  }

  /** Fills in the form whose button fits, and presses it. */
  async #fillIn({ fields, buttons }: Sight): Promise<void> {
    const button = this.knows.buttons.flatMap(name => buttons.filter(one => name.test(one.name)))[0];
    if (button === undefined) return;
    for (const { label, hint, form } of fields) {
      if (form !== button.form) continue;
      for (const sentence of sentencesOf(hint)) await this.#obey(sentence, '');
      const field = this.knows.fields.find(({ words }) => words.test(label));
      if (field === undefined) throw new Error(`nobody knows what to type here: ${label}`);
      await this.scene.fill(label, field.value(this));
    }
    await this.has.fob.advance(TYPING_MS);
    await this.scene.press(button.name);
  }
}

const formOf = ({ fields, buttons }: Sight) => JSON.stringify([fields, buttons]);

/** Returns the members of one list beyond those of the other, counting repetitions. */
function without(some: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return some.filter(one => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
