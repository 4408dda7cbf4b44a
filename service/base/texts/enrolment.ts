import { enrolmentLimits } from '../limits/enrolment.ts';

const HOUR_MS = 3_600_000;

/** Why an action on activations changed nothing. */
export const enrolmentRefusals = {
  bad_target: [400, 'Name a token, or else the allowed fobs and the policy of the new token.'],
  not_replaceable: [
    409,
    'The token to be replaced does not belong to this user, or is not in use. Name a token of the user.',
  ],
  not_enrolable: [
    409,
    'A user cannot activate this token: the service does not own its fob, or the token answers questions (OCRA). Choose another token.',
  ],
  bad_activation_time: [
    400,
    `An activation can be used for ${enrolmentLimits.activationMinMs / HOUR_MS} hour to ${enrolmentLimits.activationMaxMs / (24 * HOUR_MS)} days.`,
  ],
  activation_open: [409, 'The user has an activation for this already. Replace it, or revoke it first.'],
  activation_over: [
    409,
    'This activation was used, revoked or replaced, and cannot be changed any more. Create a new one.',
  ],
  unknown_activation: [404, 'There is no such activation.'],
  no_email: [409, 'This user has no e-mail address. Enter one, or hand the activation over in person.'],
  no_public_address: [
    409,
    'The public address of the service is not set. Set publicUrl in its configuration, or the public address in the settings.',
  ],
  too_many_resends: [
    429,
    `This user’s activations were replaced ${enrolmentLimits.resendsMax} times within an hour. Try again in an hour.`,
  ],
} as const;

/** Texts of the console's pages about activations. */
export const consoleEnrolment = {
  activations: {
    title: 'Activations',
    /** In lists of log-ins: the passcode that proved an enrolled fob. */
    asOutcome: 'Activation',
    lead: 'An activation lets a user enrol a fob with a one-time link. The user’s page gives no reason for a refusal; this page does.',
    none: 'No activations here.',
    noneOfUser: 'No activations.',
    create: 'Create an activation',
    createFor: (user: string) => `Create an activation for ${user}`,
    createLead:
      'The user enrols the fob with it: by the link in the mail, by QR code or by typing the string. It works once.',
    fobs: 'Fobs',
    fobsHint:
      'Only without a token. If blank fobs are allowed, anyone who has the link or the string can enrol a fob.',
    noneOwned: 'The service owns no fob yet, so only a blank one can be enrolled.',
    fobsAgainHint: 'Blank fobs, too: anyone who has the link or the string can enrol a fob.',
    fobsOptions: [
      ['owned', 'Only fobs that the service owns'],
      ['any', 'Blank fobs, too'],
    ],
    replacesNone: 'Nothing: a first fob, or a spare',
    replacesHint:
      'This token works until the new one is active, and is revoked at that moment. Its account leaves its fob when the fob is next reached.',
    ask: 'Ask for another fob',
    askFor: (user: string) => `Ask for another fob for ${user}`,
    askLead: 'Administrators get an alert. Nothing is issued before one of them creates an activation.',
    spare: 'Nothing: a spare fob',
    byMail: (email: string) => `By mail to ${email}`,
    shown: 'Shown here once, to be handed over in person',
    made: (user: string) => `Activation for ${user}`,
    qr: 'QR code of the activation string',
    stringLabel: 'Activation string',
    inPerson:
      'Check who is there, then give the string or the code to this user alone. Anyone who has it and a suitable fob can enrol as this user.',
    /** Around the address of the activation page and the command. */
    use: [
      'The user opens ',
      ' in Chrome, Edge or another browser of the Chromium family, and there pastes the string or holds the code in front of the camera. Or the user runs ',
      ' and pastes the string there.',
    ],
    useCommand: 'passfob activate',
    clipboard:
      'Every program on this computer can read the clipboard: copy something else afterwards. The string stops working once the fob is active.',
    ends: 'It works once, until',
    replace: 'Replace',
    replaceOf: (user: string) => `Replace the activation of ${user}`,
    replaceLead: `The user gets a new code, and the earlier one stops working at once. At most ${enrolmentLimits.resendsMax} an hour for one user.`,
    revoke: 'Revoke',
    revokeOf: (user: string) => `Revoke the activation of ${user}`,
    revokeLead: 'It stops working at once. A token that is reserved for it returns to the inventory.',
    state: 'State',
    states: { open: 'Open', expired: 'Expired', used: 'Used', revoked: 'Revoked' },
    anyState: 'Any',
    reasons: {
      resent: 'replaced by another activation',
      attempts: 'too many wrong fobs or pairing codes',
      operator: 'by an operator',
      user: 'by the user',
    },
    what: 'For',
    anyOwned: 'Any fob that the service owns',
    anyFob: 'Any fob, blank ones too',
    step: 'Last step',
    steps: {
      waiting: 'Nothing yet',
      connected: 'Fob plugged in',
      paired: 'Fob paired',
      written: 'Account written',
      proved: 'Account proved',
      done: 'Active',
    },
    attempts: (count: number) => (count === 1 ? '1 failed run' : `${count} failed runs`),
    refused: 'Last refused',
    mail: 'Mail',
    mailStates: {
      waiting: 'Waiting to be sent',
      sent: 'Sent',
      failed: 'Not sent',
      bounced: 'Bounced',
      dropped: 'Withdrawn',
      local: 'In the local outbox',
    },
    inPersonShort: 'In person',
    reminded: 'reminded',
    expires: 'Until (UTC)',
    created: 'Created (UTC)',
    by: 'By',
  },
} as const;
