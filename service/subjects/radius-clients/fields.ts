import { normalRange } from '../../base/addresses.ts';
import { radiusLimits } from '../../base/limits/radius.ts';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import { done, refused } from '../../base/results.ts';
import { described, oneOf, text } from '../../base/shapes.ts';
import { listApplications } from '../applications/acts.ts';
import { CONSOLE_APPLICATION } from '../applications/applications.ts';
import { choice, field, lookUp } from '../kit/field.ts';

export const sourceRange = field(
  text(validationLimits.sourceMax, { minLength: 1 }),
  { label: 'Address', hint: 'The source of its packets: 192.0.2.10, or a range such as 192.0.2.0/28.' },
  'bad_client_address',
  normalRange,
);

export const application = lookUp(
  text(tokenLimits.serialMax, { minLength: 1 }),
  {
    name: 'application',
    label: 'Application',
    hint: 'Its log-ins need the factors of this application.',
    options: async db =>
      (await listApplications(db)).filter(({ internal }) => !internal).map(({ id, name }) => [id, name]),
  },
  ['unknown_application', 'application_internal'],
  async (db, id) => {
    const found = await db
      .selectFrom('applications')
      .select(['id', 'name'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (found === undefined) return refused('unknown_application');
    return found.name === CONSOLE_APPLICATION.name ? refused('application_internal') : done(found);
  },
);

export const pushModes = [
  ['challenge', 'Ask again with the number'],
  ['wait', 'Wait for the approval'],
  ['off', 'Refuse'],
] as const;
export const push = choice(
  described(
    oneOf(...pushModes.map(([mode]) => mode)),
    'The answer to a request for an approval on the fob: an Access-Challenge, a wait, or a refusal.',
  ),
  {
    label: 'Empty passcode',
    hint: 'An empty or one-character passcode asks the user to approve on the fob.',
    options: pushModes,
  },
  'bad_push',
);

const { radiusSecretMin: min, radiusSecretMax: max } = radiusLimits;
export const sharedSecret = field(
  described(
    text(max, { minLength: min }),
    'A shared secret that the client already uses. If it is omitted, the service makes one.',
  ),
  {
    label: 'Shared secret',
    hint: 'A secret that the client already uses. Empty: the service makes one.',
    kind: 'password',
    autocomplete: 'new-password',
  },
  'bad_radius_secret',
  // Some clients would not accept other characters.
  given => (/^[\x21-\x7e]+$/.test(given) && given.length >= min && given.length <= max ? given : undefined),
);
