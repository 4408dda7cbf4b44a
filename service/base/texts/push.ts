/** Outcomes of a request to approve, besides those of any log-in. */
export const pushOutcomes = {
  push_denied: 'Denied on the fob',
  push_reported: 'Reported on the fob',
  push_expired: 'Not approved in time',
  push_failed: 'Fob could not approve',
  push_incomplete: 'Password or PIN not sent',
  push_quiet: 'No request: cool-down',
  no_push: 'No such request to approve',
} as const;

/** Replaces *Accepted* for a log-in without a passcode. */
export const acceptedByTexts = { push: 'Accepted by push' } as const;

/** Why no request was sent to a caller. */
export const pushRefusals = {
  no_push_fob: [
    409,
    'No fob of this user can approve requests yet: connect the fob to an agent once, unlocked. Check who is calling in another way.',
  ],
  too_many_pushes: [
    429,
    'This user has just denied or reported a check of a caller, or did not answer several. Check who is calling in another way, or try again later.',
  ],
  unknown_caller_check: [404, 'There is no such check of a caller, or it has expired.'],
} as const;

/** Replaces the service's name on the fob when help desk checks a caller. It fits into a line with a short name. */
export function callFrom(service: string): string {
  return `Call: ${service}`;
}

/** Checks of callers in the console. */
export const pushConsoleTexts = {
  check: 'Check caller by push',
  title: (user: string) => `Is the caller ${user}?`,
  lead: 'Read the number to the caller. If the caller’s fob shows “Call:” and the same number, the caller holds its button for a second. A press declines. This check logs nobody in.',
  number: 'Number to read out',
  state: 'State',
  ends: 'Ends',
  user: 'User',
  again: 'Ask again',
  notConnected:
    'No agent has the fob at the moment. The caller has to connect it to a computer with the agent.',
  states: {
    waiting: 'Waiting for the fob',
    sent: 'On its way to the fob',
    shown: 'Shown on the fob',
    approved: 'Approved on the fob',
    denied: 'Denied on the fob',
    reported: 'Reported on the fob',
    failed: 'The fob could not answer',
    superseded: 'A newer request took its place',
    expired: 'Not answered in time',
  },
  next: {
    waiting: 'It goes out as soon as the fob is free.',
    sent: 'A fob that is locked asks for its PIN first.',
    shown: 'The caller compares the number and holds the button for a second.',
    approved: 'The person with this user’s fob approved it. This supports the caller.',
    denied:
      'The person with the fob denied it, and an alert was raised. Do not treat the caller as this user. Check in another way.',
    reported:
      'The person with the fob says that they are not calling, and an alert was raised. Do not help this caller.',
    failed: 'This says nothing about the caller. Ask again, or check in another way.',
    superseded: 'Somebody is logging in as this user at this moment. Ask the caller whether it is them.',
    expired: 'This says nothing about the caller. Ask again, or check in another way.',
  },
} as const;
