import type { Driver } from '../conformance/driver.ts';

/** The intention of a sentence's reader. */
export type Wish = 'passcode' | 'approve' | 'decline' | 'report';

/** More presses than any list of these tests has places. */
const PRESSES_MAX = 8;
/** A passcode in its groups. */
export const PASSCODE = /^\d{3} \d{3}$/;
const SHORT_MS = 100;
/** A second as people count it: the fob requires a full one. */
const SECOND_MS = 1_200;
/** Keys are deaf for 0.7 s after a question appears; a person takes longer to read it. */
const READING_MS = 800;

/** A person who sees a fob, presses its button, and waits. */
export type Hands = Pick<Driver, 'screen' | 'press' | 'advance'>;

/** Named parts of the sentence. */
type Words = Readonly<Record<string, string | undefined>>;

interface Act {
  readonly pattern: RegExp;
  /** Readers with these wishes do it; default: all readers. */
  readonly only?: readonly Wish[];
  readonly does: (hands: Hands, account: string, words: Words) => Promise<void>;
}

const press = (hands: Hands) => hands.press(SHORT_MS);
const hold = (hands: Hands) => hands.press(SECOND_MS);

/** The acts that sentences can ask of a person. The first that fits a place in the text counts. */
const ACTS: readonly Act[] = [
  {
    pattern:
      /press the button (?:of your fob )?until (?:it|the fob) shows (?:your account|“[^”]+”)(?<without> and no passcode)?/iy,
    only: ['passcode'],
    does: async (hands, account, { without }) => {
      for (let presses = 0; presses < PRESSES_MAX; presses++) {
        const screen = await hands.screen();
        const isInTheWay = without !== undefined && screen.some(line => PASSCODE.test(line));
        if (screen.includes(account) && !isInTheWay) return;
        await press(hands);
      }
    },
  },
  {
    pattern: /(?:press (?:the button|it) to decline|a press declines)/iy,
    only: ['decline', 'report'],
    does: press,
  },
  { pattern: /hold the button for a second to report/iy, only: ['report'], does: hold },
  {
    pattern: /(?:hold|holds|held) (?:the|its) button (?:of (?:your|the) fob (?:\S+ )?)?for a second/iy,
    only: ['passcode', 'approve'],
    does: hold,
  },
  { pattern: /press (?:the|its) button|press it/iy, does: press },
];

/**
 * Does at a fob what a text says, word by word, as a person without other knowledge.
 * @param account the display's words for the person's account
 * @returns how many acts the text told them to do
 */
export async function follow(hands: Hands, text: string, wish: Wish, account = ''): Promise<number> {
  let acts = 0;
  for (let at = 0; at < text.length; at++) {
    for (const { pattern, only, does } of ACTS) {
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (found === null) continue;
      at += found[0].length - 1;
      if (only !== undefined && !only.includes(wish)) break;
      await hands.advance(READING_MS);
      await does(hands, account, found.groups ?? {});
      acts += 1;
      break;
    }
  }
  return acts;
}
