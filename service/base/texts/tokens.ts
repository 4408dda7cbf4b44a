import { PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '@passfob/protocol/limits';
import { administrationLimits } from '../limits/administration.ts';
import { jobLimits } from '../limits/jobs.ts';
import { tokenLimits } from '../limits/tokens.ts';

const HOUR_MS = 3_600_000;

/** Why an action on tokens, policies, fobs or jobs changed nothing. */
export const tokenRefusals = {
  unknown_user: [404, 'There is no user of this name. Create the user first.'],
  disabled_user: [409, 'This user is disabled. Enable the user first.'],
  bad_alphabet: [400, 'The alphabet must be decimal, hex, base32 or base64.'],
  bad_pin_place: [400, 'The place of the PIN must be none, fob or service.'],
  bad_reason: [400, 'The reason must be lost, faulty or retired.'],
  bad_query: [
    400,
    `Search for at most ${administrationLimits.searchTextMax} characters by any, serial, user or label, in pages of at most ${administrationLimits.pageRowsMax} rows.`,
  ],
  bad_cursor: [400, 'The cursor of the next page is not valid. Start again with the first page.'],
  reserved_for_another: [409, 'This token is reserved for another user. Return it to the inventory first.'],
  not_usable: [
    409,
    'Only an assigned or active token can be resynchronised. A token that answers questions must also have a counter.',
  ],
  bad_question: [
    400,
    'This token answers questions: resynchronise it with two answers to one question. Give the question, with as many digits as the service uses.',
  ],
  no_usable_token: [409, 'This user has no token that is assigned or active.'],
  account_locked: [423, 'The account is locked, so nothing was checked. Unlock it, or wait.'],
  resync_failed: [
    422,
    'These are not two consecutive passcodes of the token. Make two new ones, one right after the other, and send them in that order.',
  ],
  seed_unreadable: [422, 'The stored seed of the token cannot be decrypted. Issue another token.'],
  step_not_ahead: [
    409,
    'No last accepted step lies in the future, so nothing was changed. If the fob is refused for another reason, resynchronise it.',
  ],
  bad_lifetime: [
    400,
    `A temporary passcode is good for ${tokenLimits.temporaryCodeMinMs / 60_000} minute to ${tokenLimits.temporaryCodeMaxMs / HOUR_MS} hours.`,
  ],
  bad_policy_name: [400, `The name of a policy has 1 to ${tokenLimits.policyNameMax} ordinary characters.`],
  bad_pin_digits: [400, `A policy asks for PINs of at least ${PIN_DIGITS_MIN} to ${PIN_DIGITS_MAX} digits.`],
  policy_taken: [409, 'A policy of this name exists already. Choose another name.'],
  unknown_policy: [404, 'There is no policy of this name.'],
  policy_used: [
    409,
    'Tokens were made with this policy, so it cannot be removed. Change it, or create another.',
  ],
  too_many_policies: [
    409,
    `There are ${tokenLimits.policiesMax} policies already. Remove one that is not used.`,
  ],
  bad_fob: [400, 'The fob’s board or firmware is not valid, or its secrets have the wrong length.'],
  fob_known: [
    409,
    'The service has a fob with this serial number and other secrets. Find out which secrets are right.',
  ],
  unknown_fob: [404, 'There is no fob with this serial number.'],
  bad_clock: [400, 'The facts about the fob’s clock are out of range.'],
  unreadable_row: [422, 'The stored data of this row cannot be decrypted. Import it again.'],
  nothing_to_do: [422, 'None of the rows can be done. Correct them first.'],
  too_many_items: [413, `A job has at most ${jobLimits.jobItemsMax} rows. Split it.`],
  bad_title: [400, `The title of a job has at most ${jobLimits.jobTitleMax} characters.`],
  unknown_job: [404, 'There is no such job.'],
  job_over: [409, 'The job has ended or was cancelled, and cannot be changed any more.'],
  bad_table: [
    400,
    'Each row must hold a user and a serial number, separated by a comma; for activations, the user alone is enough.',
  ],
} as const;

/** Texts about imports and jobs. */
export const tokenTexts = {
  imports: {
    fobPlace: (serial: string) => `fob ${serial}`,
    accountPlace: (serial: string, account: string) => `fob ${serial}, account ${account}`,
    present: 'It is here already.',
    repeated: 'An earlier row is the same.',
    serialTaken: 'Another token has this serial number.',
    correct: 'Correct it in its source, then import it again.',
    ocra: 'The service cannot check answers by its suite (OCRA).',
    pending: 'The fob has not yet proved that it holds the account.',
    verify: 'Run passfob verify with the fob, and export again.',
    erased: 'The fob was erased: its keys are gone.',
    counterUnknown:
      'The inventory does not know its counter. Resynchronise it when its first passcode is refused.',
    damaged: 'It is damaged, or passfob did not write it.',
  },
  jobs: {
    titles: {
      import: 'Import',
      assign: 'Assign tokens',
      suspend: 'Suspend tokens',
      revoke: 'Revoke tokens',
      unassign: 'Return tokens to the inventory',
      activate: 'Send activations',
      clock: 'Set the clocks of fobs',
      'require-pin': 'Require new PINs on fobs',
    },
    done: 'Done',
    states: {
      queued: 'Waiting',
      running: 'Running',
      paused: 'Paused',
      done: 'Done',
      cancelled: 'Cancelled',
    },
    items: { waiting: 'Waiting', done: 'Done', refused: 'Refused' },
  },
} as const;
