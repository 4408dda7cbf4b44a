import { PIN_DIGITS_MAX } from '@passfob/protocol/limits';
import { radiusLimits } from '../limits/radius.ts';

/** Why an action on RADIUS clients changed nothing. */
export const radiusRefusals = {
  bad_client_address: [
    400,
    'The address of a RADIUS client is one IP address or a range such as 10.1.2.0/24; the range of all addresses is refused.',
  ],
  bad_push: [400, 'The push mode of a RADIUS client must be challenge, wait or off.'],
  bad_radius_secret: [
    400,
    `A shared secret has ${radiusLimits.radiusSecretMin} to ${radiusLimits.radiusSecretMax} visible ASCII characters, without spaces.`,
  ],
  unknown_radius_client: [404, 'There is no such RADIUS client.'],
  radius_client_taken: [
    409,
    'A RADIUS client of this name or address exists already. Choose another, or remove it.',
  ],
  too_many_radius_clients: [
    409,
    `There are ${radiusLimits.radiusClientsMax} RADIUS clients already. Remove one first.`,
  ],
} as const;

/** Texts of the command about RADIUS clients. */
export const radiusCommandTexts = {
  none: 'There is no RADIUS client.',
  nameMissing: {
    sentence: 'The name of the RADIUS client is missing.',
    next: 'Give the name after the action: passfob service radius-client add vpn-1',
  },
  addressMissing: {
    sentence: 'The source address of the RADIUS client’s packets is missing.',
    next: 'Give it: --address 192.0.2.10, or a range such as 192.0.2.0/28.',
  },
  made: (name: string) => `This is the shared secret of ${name}. It is not shown again.`,
  entered: (name: string) => `The RADIUS client ${name} now uses the shared secret from the file.`,
  changed: (name: string) => `The RADIUS client ${name} is changed.`,
  removed: (name: string) => `The RADIUS client ${name} is removed. Its packets are dropped.`,
  there: (names: readonly string[]) =>
    names.length === 0 ? 'There is none yet.' : `There are: ${names.join(', ')}.`,
} as const;

/** Texts in responses over RADIUS. */
export const radiusTexts = {
  refused: 'The user name or passcode was not accepted.',
  nextCode: 'Your fob is out of step. Wait for its next passcode and enter that passcode alone.',
  press: (number: string) =>
    `Hold the button of your fob for a second if it shows ${number}. Then continue here, or log in with a passcode instead.`,
  newPin: (fewest: number) =>
    `Choose a new PIN of ${fewest} to ${PIN_DIGITS_MAX} digits and enter it, alone.`,
  samePin: 'Enter the new PIN again.',
  otherPin: 'The two PINs differ. Enter the new PIN, and then the same again.',
  pins: {
    bad_pin: (fewest: number) =>
      `A PIN has ${fewest} to ${PIN_DIGITS_MAX} digits. Choose a new PIN and enter it, alone.`,
    trivial_pin: () => 'That PIN is too easy to guess. Choose another and enter it, alone.',
  },
  pinIsSet: 'Your PIN is set. Log in again with the next passcode of your fob.',
  logInAgain: 'Your fob was found again. Log in again with its next passcode.',
} as const;
