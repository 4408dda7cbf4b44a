import { buttonTexts } from 'passfob/button-texts';

/** Texts that the service sends through a relay, to the person with the fob. */
export const relayTexts = {
  steps: {
    plug: 'Plug in the fob.',
    plugAgain: 'The fob was unplugged. Plug it in again; the activation continues.',
    hello: 'The service identifies the fob.',
    code: 'Type the code that the fob shows.',
    codeAgain: 'That code is wrong. Type the code that the fob shows now.',
    codeNew: 'The code on the fob expired. Type the new code that the fob shows.',
    codeSame: 'The fob shows its code again.',
    gather: 'The fob is not ready yet. Press its button again and again, until it shows a code.',
    pairing: 'The service pairs with the fob.',
    writing: 'The service writes the account to the fob and checks it.',
    pin: 'The fob is locked. Enter its PIN on the fob.',
    pinEarlier:
      'The fob is locked by an earlier user, whose account has to go first. Enter that PIN on the fob. If nobody knows it, tell your help desk: the service cannot reset it now.',
    /** @param digits the fewest that the fob takes */
    pinNew: (digits: number) =>
      `Choose a PIN on the fob, and enter it a second time. It has at least ${digits} digits, and is none that others guess first, such as 1234. The wheel starts at a random digit, and shows "ok" as soon as there are ${digits}.`,
    pinReset: `The forgotten PIN of the fob is reset. ${buttonTexts.approve}`,
    pinGiven: `The fob is locked by an earlier user, whose account has to go first. The service resets the PIN, and you choose a new one. ${buttonTexts.approve} If you know the PIN, decline and enter it.`,
    clock: `The clock of the fob is set. ${buttonTexts.approve}`,
    press: `The fob makes its first passcode. ${buttonTexts.approve}`,
    pressAgain: `It was declined, or nobody held the button in time. ${buttonTexts.approve}`,
  },
  done: (fob: string) =>
    `The fob ${fob} is active. You can log in with its next passcode. ${buttonTexts.nextByClock} ${buttonTexts.showPasscode}`,
  fobFailed: 'Unplug the fob and try again. If it fails again, tell your help desk.',
  refusals: {
    /** One text for every fault of the activation itself. */
    not_valid: {
      text: 'This activation is not valid.',
      next: 'It may have been used already, or be too old. Use the newest activation that you received, or ask your help desk for another.',
    },
    in_use: {
      text: 'This activation is being used by another page or program.',
      next: 'Close the other one, wait half a minute and try again.',
    },
    attempts: {
      text: 'There were too many attempts with this activation. It is not valid any more.',
      next: 'Ask your help desk for another.',
    },
    wrong_fob: {
      text: 'The activation is not for this fob.',
      next: 'Use the fob that you were given, or tell your help desk.',
    },
    blank_fob: {
      text: 'This fob is blank, and the activation does not allow a blank fob.',
      next: 'Use the fob that you were given, or tell your help desk.',
    },
    somebody: {
      text: 'This fob already belongs to somebody.',
      next: 'Use the fob that you were given, or bring this one to your help desk.',
    },
    /** Where a blank fob is allowed. */
    has_owner: {
      text: 'This fob already has an owner.',
      next: 'Its owner can erase it: passfob erase. Or use a blank fob.',
    },
    wrong_code: {
      text: 'The code does not match the code on the screen of the fob.',
      next: 'Try again, and type the code as the fob shows it: 18 characters.',
    },
    not_proved: {
      text: 'The fob did not prove that it holds the account.',
      next: 'Try again. If it fails again, tell your help desk.',
    },
    no_press: {
      text: 'Nobody approved on the fob.',
      next: 'Try again, and hold the button of the fob for a second when it asks.',
    },
    no_pin: {
      text: 'Nobody entered a PIN on the fob.',
      next: 'Try again, and enter the PIN on the fob. If it is forgotten, tell your help desk.',
    },
    earlier_pin: {
      text: 'The fob is locked by the PIN of an earlier user. Nothing was written to it.',
      next: 'Try again, and enter that PIN on the fob; or ask your help desk to reset it first.',
    },
    old_firmware: {
      text: 'The firmware of this fob is too old.',
      next: 'Bring it to your help desk for an update.',
    },
    full: {
      text: 'The fob or your account cannot hold another token.',
      next: 'Tell your help desk.',
    },
    unfit: {
      text: 'The fob cannot make passcodes of this kind.',
      next: 'Tell your help desk.',
    },
    fob_failed: { text: 'The fob reports an error.', next: 'Tell your help desk.' },
    idle: { text: 'Nothing happened for a while.', next: 'Try again.' },
    failed: { text: 'The service cannot continue now.', next: 'Try again in a moment.' },
  },
} as const;

export type RelayRefusalCode = keyof typeof relayTexts.refusals;
