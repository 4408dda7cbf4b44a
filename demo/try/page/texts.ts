import type { LastingFault, SingleFault, TryBoard } from '../fob/messages.ts';
import type { CheckOutcome, PasscodeKind } from '../service/passcodes.ts';
import type { PushOutcome } from '../service/service.ts';

/** The users of the page, one for each fob. */
export const USERS = ['Anna', 'Ben', 'Clara', 'David'] as const;

const boards: Readonly<Record<TryBoard, string>> = {
  pico: 'Espruino Pico, one button, USB',
  'rpi-pico': 'Raspberry Pi Pico, one button, USB',
  'pico-hid': 'Espruino Pico as HID device',
  banglejs2: 'Bangle.js 2, a watch',
};

const kinds: Readonly<Record<PasscodeKind, string>> = {
  totp: 'time-based (TOTP)',
  hotp: 'counter-based (HOTP)',
};

/** A step of time or a counter, in the words of its kind. */
const stepName = (kind: PasscodeKind, step: number): string =>
  kind === 'totp' ? `time step ${step}` : `counter ${step}`;

/** The facts of a check that its explanation names. */
export interface CheckFacts {
  readonly kind: PasscodeKind;
  readonly step: number | undefined;
  readonly from: number;
  readonly to: number;
}

const checked: Readonly<Record<CheckOutcome, (facts: CheckFacts) => string>> = {
  accepted: ({ kind, step = 0 }) =>
    `Accepted: the user is signed in. The passcode is the one of ${stepName(kind, step)}. The service stored this number and never accepts it again.`,
  replay: ({ kind, step = 0 }) =>
    `Refused: this passcode was used already (${stepName(kind, step)}). Somebody who read it over your shoulder gains nothing.`,
  superseded: ({ kind, step = 0 }) =>
    `Refused: the passcode is right for ${stepName(kind, step)}, but the service has accepted a newer one since. Older ones are worth nothing then.`,
  wrong: ({ kind, from, to }) =>
    `Refused: it is not the passcode of any of ${kind === 'totp' ? 'the time steps' : 'the counters'} ${from} to ${to}. ${
      kind === 'totp'
        ? 'A passcode is good for 30 seconds, and half a minute more for clocks that differ. Hold the button again, and type the new one.'
        : 'A digit is wrong, or the fob is too many counters ahead. Compare the digits with the display.'
    }`,
  malformed: () => 'Nothing was compared: a passcode has six digits. Type all six.',
};

const pushed: Readonly<Record<PushOutcome, string>> = {
  approved:
    'Approved: the user is signed in. The fob answered with eight digits that only its key makes, for this request alone; the service computed the same.',
  denied: 'Declined on the fob. Nobody is signed in.',
  reported: 'Declined and reported on the fob. A service would tell its operators.',
  expired: 'Nobody answered in time. Nobody is signed in. Send a new request.',
  forged: 'Refused: the answer does not come from the key of this fob.',
};

/** Every text of the try page. The fob's own texts are in its firmware. */
export const texts = {
  title: 'Try Passfob in this page',
  lead: 'A fob, and a small service beside it, both inside this page. The fob is a simulated board that runs the same firmware as a real one.',
  notToken:
    'This is a model and no token. Everything is in the memory of this page and is gone when you close it; nothing leaves the page. Do not use it to protect anything.',
  frame: 'The try page, in a frame that cannot reach the network or this browser’s storage',
  noScript: 'This page needs scripts: the simulated fob is one.',
  licences: 'Licences of the packages in this page',

  world: {
    heading: 'Time',
    clock: 'The time on this page (UTC)',
    explained: 'Travel through time: the fobs, their clocks and the service go with you.',
    spans: [
      { name: '30 seconds on', ms: 30_000 },
      { name: '1 hour on', ms: 3_600_000 },
      { name: '1 day on', ms: 86_400_000 },
      { name: '30 days on', ms: 30 * 86_400_000 },
    ],
  },

  fob: {
    heading: (user: string) => `${user}’s fob`,
    starting: 'The board starts …',
    display: 'Display of the fob',
    keys: ['Button', 'Tap on the lower half', 'Tap on the upper half', 'Swipe to the right'],
    /** On the keys of a watch, for people who see. */
    keySigns: ['', '▼', '▲', '▶'],
    keyHint:
      'Press: click or tap. Hold: keep it down for a second; with the keyboard, keep the space bar down.',
    power: 'Power',
    asText: 'Display as text',
    faults: 'Faults',
    remove: 'Throw this fob away',
    failed: (why: string) =>
      `The simulator failed, which is a bug of ours: ${why}. Throw this fob away and take another.`,
    travelling: (left: string) => `Travelling: ${left} to go …`,
  },
  spans: {
    days: (count: number) => `${count} days`,
    hours: (count: number) => `${count} hours`,
    minutes: 'less than an hour',
  },
  lastingFaults: {
    cable: 'A bad cable: bytes are lost, doubled and flipped',
    bus: 'A loose wire: the chips on the board do not always answer',
    display: 'The display is off its socket; afterwards switch the power off and on',
  } satisfies Record<LastingFault, string>,
  singleFaults: {
    cut: 'Cut the power in the middle of the next write',
    battery: 'Let the clock’s battery die at the next power cut',
  } satisfies Record<SingleFault, string>,
  faultSet: {
    cut: 'The next write to the memory will be torn. Enrol something, then switch the power on again: nothing is half done.',
    battery: 'Switch the power off and on: the fob then says that its clock lost the time.',
  } satisfies Record<SingleFault, string>,

  add: {
    heading: 'Another fob',
    board: 'Board',
    button: 'Take it',
    full: 'This page has no place for more fobs. Throw one away to take another.',
  },
  boards,

  service: {
    heading: (user: string) => `The service, for ${user}`,
    busy: 'The service talks to the fob …',
    pair: {
      heading: 'Pair',
      explained:
        'A new fob says how it is paired elsewhere: by a link in a mail, or by passfob pair. Here, select the button below. The service becomes the owner of the fob. The code on the display proves that both talk to each other, and to nobody in between.',
      start: 'Pair this fob',
      mark: 'paired',
      code: 'Pairing code from the display',
      finish: 'Finish pairing',
      shown: (seconds: number) =>
        `The fob shows a code of 18 characters, for ${seconds} seconds. Type it here.`,
      malformed: 'A character is wrong or missing: the code has 18 in six groups of three.',
      done: (serial: string) =>
        `Paired with ${serial}. Fob and service now share a key; from here on all that they say to each other is encrypted. The clock of the fob was set as well.`,
    },
    enrol: {
      heading: 'Enrol',
      explained: 'The service makes a secret, writes it to the fob, and has the fob prove that it holds it.',
      kinds: {
        totp: 'Passcodes by time (TOTP)',
        hotp: 'Passcodes by counter (HOTP)',
        push: 'Approval (push)',
      },
      /** The names of the accounts on the fob, of at most 32 bytes. */
      labels: {
        totp: (user: string) => `${user} by time`,
        hotp: (user: string) => `${user} by counter`,
      },
      done: {
        totp: (label: string) =>
          `Enrolled. Press the button until the display shows “${label}”, then hold it: the passcode appears.`,
        hotp: (label: string) =>
          `Enrolled. Press the button until the display shows “${label}”. Each hold there makes the next passcode.`,
        push: 'Enrolled. The service can now ask the fob for an approval.',
      },
      mark: 'enrolled',
    },
    check: {
      heading: 'Sign in with a passcode',
      explained:
        'Hold the button on the account to see a passcode. Type it, and then try to use it a second time.',
      passcode: 'Passcode from the display',
      kind: 'Account',
      button: 'Sign in',
      kinds,
      outcomes: checked,
    },
    push: {
      heading: 'Sign in by approval',
      explained: 'Nothing to type: the fob shows who asks, and a number to compare.',
      button: 'Send a request',
      sent: 'The request is on its way to the fob …',
      shown: (number: string) =>
        `The fob asks. Is the number on its display ${number}? Then hold the button for a second. Press it to decline.`,
      outcomes: pushed,
    },
    clock: {
      button: 'Set the clock of the fob',
      hold: 'The fob asks whether its clock may be set. Hold its button for a second.',
      done: 'The clock of the fob is set.',
    },
    log: 'What the service did',
  },

  wire: {
    heading: 'On the wire',
    explained:
      'Each line is one frame between service and fob. After pairing, frames are sealed: an eavesdropper sees their length only. This page holds the key of its own fob, and shows what is inside.',
    toFob: 'to the fob',
    fromFob: 'from the fob',
    clear: 'Clear',
    empty: 'Service and fob have sent nothing yet.',
  },

  problems: {
    'no-answer': 'The fob does not answer. Is its power on, and its cable good?',
    'wrong-code':
      'This is not the code that the fob shows. Start pairing again: each code is good for one try.',
    'already-owned': 'The fob has an owner already. Throw it away and take another.',
    'verification-failed': 'The fob did not prove that it holds the account. Enrol it again.',
    'not-authentic': 'The fob could not prove that it holds the key of this service. Try again.',
    cancelled: 'Cancelled.',
    other: (sentence: string) => sentence,
  },
  refusals: {
    'press-denied': 'Declined on the fob.',
    'press-timeout': 'Nobody held the button of the fob in time. Try again.',
    busy: 'The fob is busy with another question. Answer it on its display first.',
    locked: 'The fob is locked. Enter its PIN on the fob, then try again.',
    'clock-unset': 'The clock of the fob is not set. Set it with the button above.',
    'no-code-shown': 'The fob shows no code any more. Start pairing again.',
    'storage-failed': 'The memory of the fob does not answer. Switch off the loose wire, then try again.',
    full: 'The fob holds as many accounts as it can.',
  },

  about: {
    heading: 'What this page is',
    lines: [
      'The board, its chips and its interpreter are software; the firmware is the built image, byte for byte. The service is a small one: pairing, enrolment and the checks are those of Passfob; users, rules, alerts and storage are left out, and so is the limit on wrong guesses.',
      'The page is a frame of its own origin with a policy that forbids every connection. Look into the source: one file, and it works without a network.',
      'Why this is no token: a copy of the browser’s profile is a copy of the token; a script in the page reads everything; and a browser that can protect a secret from both can use a passkey.',
    ],
  },
} as const;

/** Returns a span of time in words, as far as it matters. */
export function spanText(ms: number): string {
  const hours = Math.round(ms / 3_600_000);
  if (hours >= 48) return texts.spans.days(Math.round(hours / 24));
  return hours >= 1 ? texts.spans.hours(hours) : texts.spans.minutes;
}
