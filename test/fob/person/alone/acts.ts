import type { Act, Human, Knowledge } from './human.ts';

const WAIT_MS = 2_000;
/** Longer than a fob with time-based passcodes takes for the next one. */
const WAITS_MAX = 40;

/** Acts from the mail to the fob and the computer. */
const SETTING_UP: readonly Act[] = [
  {
    says: /^(?:plug in (?:your|the) fob|connect your fob to this computer)/i,
    does: human => human.has.fob.plugIn(),
  },
  { says: /^use the fob that you were given\b/i },
  {
    says: /^do not run the command that it shows/i,
    does(human) {
      human.isWarned = true;
    },
  },
  {
    says: /^open the link on that computer/i,
    async does(human, { rest }) {
      human.address = /(https?:\/\/\S+)\s*$/.exec(rest)?.[1] ?? '';
      if (await human.heedsFob()) return;
      if (human.has.hasBrowserForFobs) await human.browseTo(/https?:\/\/\S+#pf1\S+/.exec(rest)?.[0] ?? '');
    },
  },
  { says: /^if the fob shows a pairing code, type that code into the page/i },
  {
    says: /^on the command line, run the following$/i,
    does(human, { rest }) {
      const [command = '', ...lines] = [...rest.matchAll(/^ {4}(\S.*)$/gm)].map(([, line = '']) => line);
      human.activationString = lines.join(' ');
      human.turnTo(human.has.command(command));
    },
  },
  { says: /^then choose it in the list that your browser shows/i },
  { says: /^leave the fob plugged in and this page open/i },
  {
    says: /^type the code that the fob shows/i,
    async does(human) {
      human.pairingCode = await human.has.fob.pairingCode();
    },
  },
  { says: /^if the fob shows no code any more, press enter alone to show it again/i },
  { says: /^when you are asked for a passcode:/i, does: () => 'another time' },
];

/** Acts at the log-in. */
const LOGGING_IN: readonly Act[] = [
  { says: /^you can log in with its next passcode/i, does: human => () => human.browseTo(human.address) },
  { says: /^log in with it and the next passcode/i, does: human => () => toLogIn(human) },
  { says: /^your fob works again with its next passcode/i, does: human => () => human.goBy(/log-in page/i) },
  { says: /^ask your help desk to have it set/i },
  {
    says: /^the user name.* was not accepted/i,
    does(human) {
      human.refusals++;
    },
  },
  {
    says: /^passcodes are refused\?/i,
    async does(human) {
      if (human.wantsFobFound && human.refusals > 0) await human.goBy(/^find my fob again$/i);
    },
  },
];

async function toLogIn(human: Human): Promise<void> {
  human.pin = human.newPin;
  if (!(await human.scene.goBy(/log-in page/i))) await human.browseTo(human.address);
}

/** Acts about the PIN that the service asks for. */
const PIN: readonly Act[] = [
  {
    says: /^choose the PIN that you type with (?:your|its) passcodes/i,
    does(human) {
      human.newPin = human.has.pins[human.pinsChosen++] ?? '';
    },
  },
  {
    says: /^if you have none yet, (?:or your PIN was reset, )?leave (?:this|it) empty/i,
    does(human, { sentence }) {
      // A person who had a PIN does not say that they have none *yet*.
      const isMeant = human.pinsChosen === 0 || /was reset/.test(sentence);
      human.isPinLeftOut = human.pin === undefined && isMeant;
    },
  },
  {
    says: /^if you have forgotten your PIN, ask your help desk to reset it/i,
    async does(human) {
      if (!human.hasForgotten) return;
      await human.has.askForReset();
      human.hasForgotten = false;
      human.pin = undefined;
    },
  },
];

/** Acts at the fob, and their consequences. */
const AT_FOB: readonly Act[] = [
  { says: /^hold the button of the fob for a second when the page says so/i },
  {
    says: /^(?:then )?(?:press|hold)\b/i,
    async does(human, { sentence }) {
      if (/^press\b/i.test(sentence)) human.showing = [];
      human.showing.push(sentence);
      await human.atFob(sentence);
    },
  },
  { says: /^type the passcode (?:that )?(?:the fob|it) shows/i, does: human => human.readPasscode() },
  { says: /^type (?:a passcode and the very next one|two passcodes)/i },
  {
    says: /^for the second, do the same again/i,
    async does(human) {
      const first = await human.readPasscode();
      human.typed.add(first);
      for (const sentence of human.showing) await human.atFob(sentence);
      await human.readPasscode();
      human.isSecondRead = true;
    },
  },
  { says: /^(?:take the next one|try again)/i },
  {
    says: /^a fob that goes by the clock shows the next one after a while/i,
    async does(human) {
      const held = human.passcodes.at(-1);
      if (human.goesByClock && held !== undefined && human.typed.has(held)) await waitForNext(human);
    },
  },
  { says: /^wait for it\b/i },
  { says: /^wait for the next one\b/i, does: waitForNext },
];

/** Waits until the fob shows another passcode than the one in hand. */
async function waitForNext(human: Human): Promise<void> {
  const held = human.passcodes.at(-1);
  for (let waits = 0; waits < WAITS_MAX; waits++) {
    await human.has.fob.advance(WAIT_MS);
    // If the display has gone dark meanwhile, the person requests a passcode as before.
    if ((await human.has.fob.passcode()) === undefined) {
      if (!human.goesByClock) break;
      for (const sentence of human.showing) await human.atFob(sentence);
    }
    if ((await human.readPasscode()) !== held) return;
  }
  throw new Error('the next passcode is waited for, and none comes');
}

/** A person who has forgotten the PIN tries another one. */
function pinToType(human: Human): string {
  if (human.hasForgotten) return human.has.pins.at(-1) ?? '';
  if (human.pin !== undefined) return human.pin;
  if (human.isPinLeftOut) return '';
  throw new Error('a PIN is asked for, and nothing says what to do without one');
}

function typedPasscode(human: Human, nth: number): string {
  const passcode = human.passcodes.at(nth);
  if (passcode === undefined) throw new Error('a passcode is asked for, and nothing says how to get one');
  human.typed.add(passcode);
  return passcode;
}

/** Both passcodes have to be new: a passcode that was typed before cannot be the first. */
function firstPasscode(human: Human): string {
  if (!human.isSecondRead) throw new Error('two passcodes are asked for, and nothing says how to get them');
  human.isSecondRead = false;
  return typedPasscode(human, -2);
}

/** The skills of people with a fob, a computer and no experience. */
export const KNOWLEDGE: Knowledge = {
  acts: [...SETTING_UP, ...LOGGING_IN, ...PIN, ...AT_FOB],
  fields: [
    { words: /^Activation string/, value: human => human.activationString },
    { words: /^Code on (?:the screen of the fob|the fob’s screen)/, value: human => human.pairingCode },
    { words: /^User name/, value: human => human.has.user },
    { words: /^PIN\b/, value: pinToType },
    { words: /^First passcode/, value: firstPasscode },
    { words: /^(?:The next p|P)asscode/, value: human => typedPasscode(human, -1) },
    { words: /^New PIN/, value: human => human.newPin },
  ],
  buttons: [
    /^(?:Choose my fob|Use the fob that is plugged in)$/,
    /^Continue$/,
    /^Open your page$/,
    /^Set the PIN$/,
    /^Find my fob again$/,
    /^Log in$/,
    /^Enter$/,
  ],
};
