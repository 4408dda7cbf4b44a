import { PIN_DIGITS_MAX } from '@passfob/protocol/limits';
import { radiusLimits } from '../limits/radius.ts';

/** Why an action on RADIUS clients changed nothing. */
export const radiusRefusals = {
  bad_client_address:
    'The address of a RADIUS client is one IP address or a range such as 10.1.2.0/24; a range of every address is not taken.',
  bad_push: 'What a RADIUS client is given for a push is one of: challenge, wait, off.',
  bad_radius_secret: `A shared secret has ${radiusLimits.radiusSecretMin} to ${radiusLimits.radiusSecretMax} visible ASCII characters, without spaces.`,
  unknown_radius_client: 'There is no such RADIUS client.',
  radius_client_taken:
    'A RADIUS client of this name or address exists already. Choose another, or remove it.',
  too_many_radius_clients: `There are ${radiusLimits.radiusClientsMax} RADIUS clients already. Remove one first.`,
} as const;

/** Texts of the command about RADIUS clients. */
export const radiusCommandTexts = {
  none: 'There is no RADIUS client.',
  nameMissing: {
    sentence: 'The name of the RADIUS client is missing.',
    next: 'Name it after what is to be done: passfob service radius-client add vpn-1',
  },
  addressMissing: {
    sentence: 'The address that the packets of the RADIUS client come from is missing.',
    next: 'Give it: --address 192.0.2.10, or a range such as 192.0.2.0/28.',
  },
  made: (name: string) => `This is the shared secret of ${name}. It is not shown again.`,
  entered: (name: string) => `The RADIUS client ${name} has the shared secret of the file.`,
  changed: (name: string) => `The RADIUS client ${name} is changed.`,
  removed: (name: string) => `The RADIUS client ${name} is removed: what it sends is dropped.`,
  there: (names: readonly string[]) =>
    names.length === 0 ? 'There is none yet.' : `There are: ${names.join(', ')}.`,
} as const;

/** Texts in responses over RADIUS. */
export const radiusTexts = {
  refused: 'The user name or passcode was not accepted.',
  nextCode:
    'Your fob is out of step. Wait until it shows another passcode, and enter the first one it then shows, alone.',
  press: (number: string) =>
    `Hold the button of your fob for a second if it shows ${number}. Then go on here, or enter what you log in with instead.`,
  newPin: (fewest: number) =>
    `Choose a new PIN of ${fewest} to ${PIN_DIGITS_MAX} digits and enter it, alone.`,
  samePin: 'Enter the new PIN again.',
  otherPin: 'That was another PIN. Enter the new PIN, and then the same again.',
  pins: {
    bad_pin: (fewest: number) =>
      `A PIN has ${fewest} to ${PIN_DIGITS_MAX} digits. Choose a new PIN and enter it, alone.`,
    trivial_pin: () => 'That PIN is guessed too easily. Choose another and enter it, alone.',
  },
  pinIsSet: 'Your PIN is set. Take the next passcode of your fob and enter what you log in with.',
  logInAgain: 'Your fob was found again. Take its next passcode and enter what you log in with.',
} as const;
