import { enrolmentLimits } from '../limits/enrolment.ts';

const HOUR_MS = 3_600_000;

/** Why an action on activations changed nothing. */
export const enrolmentRefusals = {
  bad_target: 'Name either a token, or which fobs will do and the policy of the new token.',
  not_enrolable:
    'The users of this token cannot activate it themselves: its fob is not one that the service owns, or it answers questions (OCRA).',
  bad_activation_time: `An activation can be used for ${enrolmentLimits.activationMinMs / HOUR_MS} hour to ${enrolmentLimits.activationMaxMs / (24 * HOUR_MS)} days.`,
  activation_open: 'The user has an activation for this already. Send that one again, or revoke it first.',
  activation_over: 'This activation was used, revoked or replaced, and cannot be changed any more.',
  unknown_activation: 'There is no such activation.',
  no_email: 'This user has no e-mail address. Enter one, or hand the activation over in person.',
  no_public_address:
    'It is not known under which address people reach the service. Set publicUrl in its configuration, or the public address in the settings.',
  too_many_resends: `Activations were sent again ${enrolmentLimits.resendsMax} times to this user within an hour. Wait.`,
} as const;

/** Texts of the console's pages about activations. */
export const consoleEnrolment = {
  activations: {
    title: 'Activations',
    lead: 'Permissions to enrol a fob oneself, by a one-time link. Users see one calm page whatever is wrong; here is why.',
    none: 'No activations here.',
    noneOfUser: 'No activations.',
    send: 'Send an activation',
    sendTo: (user: string) => `Send an activation to ${user}`,
    sendLead:
      'The user enrols the fob with it: by the link in the mail, by QR code or by typing the string. It works once.',
    token: 'Token',
    tokenHint:
      'A token in the inventory whose fob the service owns. It is set aside for the user. Empty: any fob.',
    fobs: 'Fobs',
    fobsHint: 'Where no token is named. A blank fob can be anybody’s: whoever has the mail can enrol one.',
    fobsOptions: [
      ['owned', 'Only fobs that the service owns'],
      ['any', 'Blank fobs, too'],
    ],
    policyHint: 'What the new token is like, where no token is named.',
    noPolicy: 'None: the defaults',
    hours: 'Good for',
    lifetimes: [
      ['1', '1 hour'],
      ['8', '8 hours'],
      ['24', '1 day'],
      ['72', '3 days'],
      ['168', '7 days'],
      ['720', '30 days'],
    ],
    sameLifetime: 'As long as before',
    delivery: 'How it reaches the user',
    byMail: (email: string) => `By mail to ${email}`,
    shown: 'Shown here once, to be handed over in person',
    made: (user: string) => `Activation for ${user}`,
    qr: 'QR code of the activation string',
    stringLabel: 'Activation string',
    inPerson:
      'For this user alone, once you know who is there. Whoever has it and a fob that fits can enrol as this user.',
    ends: 'It works once, until',
    resend: 'Resend',
    resendOf: (user: string) => `Send another activation to ${user}`,
    resendLead: `The code before stops working at once. At most ${enrolmentLimits.resendsMax} an hour for one user.`,
    revoke: 'Revoke',
    revokeOf: (user: string) => `Revoke the activation of ${user}`,
    revokeLead: 'It stops working at once. A token that was set aside for it returns to the inventory.',
    state: 'State',
    states: { open: 'Open', expired: 'Expired', used: 'Used', revoked: 'Revoked' },
    anyState: 'Any',
    reasons: {
      resent: 'another was sent in its place',
      attempts: 'too many wrong fobs or pairing codes',
      operator: 'by an operator',
      user: 'by the user',
    },
    what: 'For',
    anyOwned: 'Any fob that the service owns',
    anyFob: 'Any fob, blank ones too',
    step: 'Came as far as',
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
      bounced: 'Came back',
      dropped: 'Withdrawn',
      local: 'In the local outbox',
    },
    inPersonShort: 'In person',
    reminded: 'reminded',
    expires: 'Until (UTC)',
    created: 'Made (UTC)',
    by: 'By',
  },
} as const;
