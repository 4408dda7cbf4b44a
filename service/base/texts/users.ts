import { PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '@passfob/protocol/limits';
import { accessLimits } from '../limits/access.ts';
import { credentialLimits } from '../limits/credentials.ts';
import { userLimits } from '../limits/users.ts';

/** The refusal if a policy requires more digits. */
export const pinDigits = (fewest: number): string => `A PIN has ${fewest} to ${PIN_DIGITS_MAX} digits.`;

/** Why an action on users, their credentials, applications or keys changed nothing. */
export const userRefusals = {
  bad_pin: [400, `A PIN has ${PIN_DIGITS_MIN} to ${PIN_DIGITS_MAX} digits.`],
  trivial_pin: [422, 'This PIN is too easy to guess. Choose another.'],
  unknown_user: [404, 'There is no user of this name.'],
  user_taken: [409, 'A user of this name exists already.'],
  name_looks_alike: [
    409,
    'The name of another user looks the same but has other characters. Use that user, or choose a name that looks different.',
  ],
  bad_display_name: [
    400,
    `A display name is one line of at most ${userLimits.displayNameMax} ordinary characters.`,
  ],
  bad_email: [400, 'Give one e-mail address like name@example.org, or leave it empty.'],
  password_length: [
    422,
    `A password has ${credentialLimits.passwordMin} to ${credentialLimits.passwordMax} characters. Several words make a good one.`,
  ],
  password_common: [422, 'This password is too easy to guess. Choose another.'],
  password_is_name: [422, 'The password must not be the user name or the e-mail address. Choose another.'],
  same_pin: [422, 'The new PIN is the same as the current PIN. Choose another.'],
  pin_not_proved: [
    422,
    'The PIN was not set: too much time has passed, or it was changed or the account was locked meanwhile. Start again with the next passcode of your fob.',
  ],
  bad_role: [400, 'The role must be admin, helpdesk or auditor.'],
  unknown_operator: [404, 'This user is not an operator.'],
  operator_present: [409, 'This user is an operator already. Change the role instead.'],
  reserved_name: [
    409,
    'The audit uses this name for something else, so an operator cannot have it. Use another account.',
  ],
  last_admin: [
    409,
    'This is the last administrator who can sign in. Give another operator the role admin, a password and a fob first.',
  ],
  too_many_operators: [409, `There are ${accessLimits.operatorsMax} operators already. Remove one first.`],
  bad_name: [400, `A name is one line of 1 to ${userLimits.clientNameMax} ordinary characters.`],
  bad_factors: [400, 'The factors must be otp, pin_otp or password_otp.'],
  unknown_application: [404, 'There is no such application.'],
  application_taken: [409, 'An application of this name exists already. Choose another name.'],
  application_internal: [409, 'This application is the console itself and cannot be changed.'],
  too_many_applications: [409, `There are ${userLimits.applicationsMax} applications already.`],
  unknown_group: [404, 'There is no such group.'],
  group_taken: [409, 'A group of this name exists already. Choose another name.'],
  too_many_groups: [409, `There are ${userLimits.groupsMax} groups already. Delete one first.`],
  group_has_members: [409, 'There are people in this group. Take them out first.'],
  too_many_groups_of_user: [409, `A person can be in ${userLimits.groupsOfUserMax} groups at most.`],
  unknown_api_key: [404, 'There is no such API key.'],
  api_key_taken: [409, 'An API key of this name exists or existed. Choose another name.'],
  api_key_revoked: [409, 'This API key has been revoked already.'],
  too_many_api_keys: [409, `There are ${userLimits.apiKeysMax} API keys in use already. Revoke one first.`],
  bad_lock_policy: [400, 'An account locks after 0 to 100 failures (0: never), for 1 second to 7 days.'],
  bad_service_name: [
    400,
    `The name of the service is one line of 1 to ${userLimits.serviceNameMax} ordinary characters.`,
  ],
  bad_address: [
    400,
    'The public address is https://, a host name and perhaps a port, without a path. Plain http:// is for this computer only.',
  ],
} as const;

export const userTexts = {
  busy: 'Too many passwords are being checked at once. Try again in a moment.',
} as const;
