import { PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '../../../protocol/limits.ts';
import { limits } from '../limits.ts';

/** Why an act on RADIUS clients changed nothing. */
export const radiusRefusals = {
  bad_client_address:
    'The address of a RADIUS client is one IP address or a range such as 10.1.2.0/24; a range of every address is not taken.',
  unknown_radius_client: 'There is no such RADIUS client.',
  radius_client_taken:
    'A RADIUS client of this name or address exists already. Choose another, or remove it.',
  too_many_radius_clients: `There are ${limits.radiusClientsMax} RADIUS clients already. Remove one first.`,
} as const;

/** What people read in answers over RADIUS. */
export const radiusTexts = {
  refused: 'The user name or passcode was not accepted.',
  nextCode:
    'Your fob is out of step. Wait until it shows another passcode, and enter the first one it then shows, alone.',
  newPin: `Choose a new PIN of ${PIN_DIGITS_MIN} to ${PIN_DIGITS_MAX} digits and enter it, alone.`,
  samePin: 'Enter the new PIN again.',
  otherPin: 'That was another PIN. Enter the new PIN, and then the same again.',
  pins: {
    bad_pin: `A PIN has ${PIN_DIGITS_MIN} to ${PIN_DIGITS_MAX} digits. Choose a new PIN and enter it, alone.`,
    trivial_pin: 'That PIN is guessed too easily. Choose another and enter it, alone.',
  },
  pinIsSet: 'Your PIN is set. Wait for the next passcode of your fob and enter what you log in with.',
  logInAgain: 'Your fob was found again. Wait for its next passcode and enter what you log in with.',
} as const;
