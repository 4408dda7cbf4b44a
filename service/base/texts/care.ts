/** Texts about the care of fobs, for the console, the self-service page, agents and the command line. */
export const careTexts = {
  /** What a task does, as a heading, by its kind. */
  kinds: {
    'remove-account': 'Remove an account',
    'pin-reset': 'Reset the PIN',
    clock: 'Set the clock',
    policy: 'Set the PIN policy',
    'require-pin': 'Require a new PIN',
    'recovery-key': 'Renew the recovery key',
    'power-loss': 'Acknowledge the loss of power',
    'rename-account': 'Rename an account',
    order: 'Order the accounts',
    'push-key': 'Store the key for approvals',
    erase: 'Erase the fob',
  },

  /** Why a task exists. */
  causes: {
    asked: 'A person asked for it.',
    given: 'The fob was given to another user, who does not know its PIN.',
    revoked: 'The token of this account was revoked.',
    unassigned: 'The token of this account was taken from its user.',
    reassigned: 'The token of this account belongs to another user now.',
    lost: 'The fob was reported lost.',
    returned: 'The fob is being returned.',
    clock_unset: 'The clock has no time.',
    clock_stale: 'The clock was set too long ago.',
    clock_off: 'The clock is off.',
    policy: 'The policy of its tokens asks for a longer PIN.',
    no_recovery: 'The fob has no recovery key.',
    recovery_used: 'The recovery key was used.',
    push: 'The key for approvals is not on the fob yet.',
  },

  /** What to do about a finding of a fob's health, by its kind. */
  next: {
    'clock-unset': 'It is set when the fob is next reached.',
    'clock-stale': 'It is set when the fob is next reached.',
    'clock-off': 'It is set when the fob is next reached. A big correction needs a hold of the button.',
    'drift-high': 'Replace the fob if this stays.',
    'battery-low': 'Have the battery charged or replaced.',
    'old-firmware': 'Have it brought to a computer of IT, which runs: passfob update',
    'pin-to-be-chosen': 'Its user has to choose a PIN on it.',
    locked: 'Its user has to enter the PIN. If it is forgotten, check the caller and reset it.',
    'memory-went-back': 'Ask who had the fob.',
    'power-lost':
      'Ask its person whether nobody else had the fob. If so, select “Acknowledge the loss of power” on its page.',
    'cannot-reset-pin': 'The service stores a recovery key on it when it is next reached and unlocked.',
    'damaged-account': 'Remove the account, then send an activation.',
    full: 'Remove an account before another one is enrolled.',
  },

  /** Why a task waits, or was refused. */
  messages: {
    locked: 'The fob is locked. Its person has to enter the PIN.',
    hold: 'It needs a hold of the button, which nobody was asked for yet.',
    declined: 'The person at the fob declined.',
    no_hold: 'Nobody held the button in time.',
    reported: 'The person at the fob reported the request as not their own.',
    fob_busy: 'The fob was busy with another question.',
    old_firmware: 'The firmware of the fob is too old for this. Update it at a computer of IT.',
    no_recovery: 'No recovery key opens this fob. It can only be erased and enrolled again.',
    no_pin: 'The policy of the fob asks for no PIN. Set a policy first.',
    no_account: 'The fob has no such account.',
    in_use: 'The account belongs to a token in use. Revoke the token first.',
    full: 'The fob is full.',
    unfit: 'The fob cannot do this.',
    fob_failed: 'The fob reported a fault.',
    alone: 'A person at the fob has to connect it at /me, or by passfob care --service.',
    notice: 'The fob still shows its message. Hold its button, then connect it again.',
    went_back: 'The memory of the fob went back for certain. Ask who had the fob.',
    not_needed: 'It is not needed any more.',
    gone: 'It was so already.',
    unconfirmed: 'The fob is blank now, but its confirmation was lost.',
  },

  /** Sentences for the person at a relay. */
  relay: {
    hold: 'Hold the button of the fob for a second to agree. Press it to decline.',
    busy: 'Another connection looks after this fob now. It goes on here in a moment.',
    well: 'The fob needs nothing more now.',
    waits: 'Everything that can be done now is done. The rest waits.',
    erased: 'The fob is erased. It does not belong to the service any more.',
    doubtful: 'The fob did not prove that it is the one with this serial number. Nothing was done.',
    unreached: 'The fob did not answer. Unplug it, plug it in again, and try once more.',
  },
} as const;

export type CareCause = keyof typeof careTexts.causes;
export type CareMessage = keyof typeof careTexts.messages;

/** Refusals of acts on fobs. */
export const careRefusals = {
  unknown_task: [404, 'The fob has no such task.'],
  task_over: [409, 'The task has ended, or is being done now, and cannot be changed any more.'],
  bad_task: [400, 'The request for this task is not complete, or a value is out of range.'],
  too_many_tasks: [409, 'Too many tasks wait for this fob. Cancel some of them first.'],
  account_in_use: [409, 'The account belongs to a token in use. Revoke the token first.'],
  accounts_left: [
    409,
    'The fob still holds accounts, or was not seen without them yet. Revoke its tokens, have its accounts removed, and plug the fob in where the service reaches it.',
  ],
  fob_in_care: [409, 'A connection looks after the fob now. Try again in a minute.'],
  bad_file_password: [
    400,
    'The password of the file has fewer than 10 or too many characters. Choose another one.',
  ],
  bad_fob_state: [409, 'The state of the fob does not allow this. Check the state of the fob.'],
} as const;
