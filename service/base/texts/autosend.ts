import { buttonTexts } from 'passfob/button-texts';

/** Texts of the log-in with an approval on the fob, on the service's own pages. */
export const autosendTexts = {
  submit: 'Autosend',
  hint: `Autosend needs no passcode: leave that field empty. The fob that is plugged in shows this log-in. ${buttonTexts.approve}`,
  missingTitle: 'Something is missing.',
  missing: {
    otp: 'Type your user name, then select Autosend.',
    pin_otp: 'Type your user name and your PIN, then select Autosend.',
    password_otp: 'Type your user name and your password, then select Autosend.',
  },
  title: 'Approve it on your fob',
  isFor: 'This log-in is for',
  number: 'Your fob must show the number',
  steps: `Compare user and number with those on the fob. If they are the same: ${buttonTexts.approve} If they differ: ${buttonTexts.decline} ${buttonTexts.pinFirst}`,
  status: 'Waiting for your fob.',
  notYet: 'Not approved yet.',
  decided: 'Your fob has answered, or the time is over. One moment.',
  lost: 'The connection is lost. Trying again.',
  look: 'See whether it is approved',
  instead: 'Use a passcode instead',
  acceptedNext:
    'Your fob’s passcode of this moment is used up, too. To log in by passcode, wait for the next one.',
  over: 'The log-in was not approved.',
  overNext: 'Select Autosend again, or type a passcode.',
} as const;
