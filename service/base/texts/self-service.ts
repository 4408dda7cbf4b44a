import type { CarePageTexts } from 'passfob/activation/portal';
import { buttonTexts } from 'passfob/button-texts';
import { selfServiceLimits } from '../limits/self-service.ts';
import { portalTexts } from './portal.ts';

/** Why an action of a user on the self-service page changed nothing. */
export const selfServiceRefusals = {
  bad_nickname: [
    400,
    `A name for a fob is one line of at most ${selfServiceLimits.nicknameMax} ordinary characters.`,
  ],
} as const;

/** Every text of the self-service page. */
export const selfServiceTexts = {
  title: 'Your fob',
  leave: 'Sign out',
  back: 'Back to your fob',
  cancel: 'Cancel',
  problem: 'Problem',
  none: 'You have no fob at present. Ask your help desk for one.',
  signIn: {
    title: 'Your fob',
    closed: 'Nobody can sign in here with a passcode at the moment. Ask your help desk.',
    lead: 'Sign in with your user name and a passcode. A new fob is activated with the link or the string that you were sent.',
    submit: 'Sign in',
    activate: 'Activate a new fob',
    ticketUsed: 'This sign-in has been used or has expired. Sign in with a passcode.',
    ticketOld: 'This sign-in has been used or has expired. Ask your help desk.',
  },
  fob: {
    unnamed: (serial: string) => `Fob ${serial}`,
    /** A token whose fob the service does not know. */
    unknown: 'A token without a known fob',
    serial: 'Serial number',
    tokens: 'Tokens',
    lastUsed: 'Last used (UTC)',
    never: 'never',
    name: 'Name it',
    lost: 'Report it lost',
    another: 'Ask for another fob',
  },
  another: {
    title: 'Ask for another fob',
    lead: 'Your administrators get the request. If they agree, they send you an activation.',
    reason: 'What for',
    spare: 'A spare one: this fob goes on working',
    replacement: (fob: string) => `In place of ${fob}, which stops working when the new one is active`,
    submit: 'Ask',
    done: 'Your administrators were asked for another fob.',
  },
  states: {
    assigned: 'Ready: its first passcode activates it',
    active: 'Works',
    suspended: 'Stopped',
  },
  suspendedNext: 'It was stopped. Your help desk can let it work again.',
  test: {
    heading: 'Try a passcode',
    lead: `${buttonTexts.typePasscode} The test uses up a correct passcode: for a log-in take the next one.`,
    submit: 'Try it',
    accepted: 'Correct. Your fob works. This passcode is used up now: take the next one for a log-in.',
    wrong:
      'Wrong. Check each character and try the next passcode. If that is wrong, too, select “Find my fob again” below.',
    used: `This passcode or a later one was used before. Try the next passcode. ${buttonTexts.nextByClock}`,
    pin: 'The PIN that belongs to this passcode is missing or wrong. Check both and try the next passcode.',
    password: 'The password is missing or wrong. Check it and try the next passcode.',
    closed: 'Passcodes cannot be tried here at the moment. Ask your help desk.',
    pinDue:
      'This passcode needs a PIN, and you have none yet. Choose your PIN below, with the next passcode.',
    locked:
      'Your account is locked for a while after several failures. Nothing was checked. Try again later or ask your help desk.',
    failed: 'It could not be checked. Ask your help desk.',
  },
  resync: {
    heading: 'Passcodes are refused?',
    lead: 'If the clock or counter of your fob is off, the service finds your fob again with two passcodes, one right after the other.',
    link: 'Find my fob again',
    title: 'Find your fob again',
    formLead: `Type two passcodes, one right after the other. ${buttonTexts.typePasscode} For the second, do the same again. ${buttonTexts.nextByClock} Both are used up.`,
    first: 'First passcode',
    second: 'The next passcode',
    submit: 'Find my fob again',
    refused:
      'Your fob was not found. Check your user name and the two passcodes: the second is the very next one that the fob shows after the first. Then try again with two new ones. After several failures an account is locked for a while; if it fails again, ask your help desk.',
    foundTitle: 'Your fob was found',
    done: `Found. Your fob works again with its next passcode. ${buttonTexts.nextByClock}`,
    clockOff: `Found. Your fob works again with its next passcode. ${buttonTexts.nextByClock} Its clock is far off: ask your help desk to have it set.`,
  },
  pin: {
    heading: 'Your PIN',
    choose: 'Choose your PIN',
    change: 'Change your PIN',
    due: 'You have no PIN yet. Choose the one that you type with your passcodes; until then some log-ins are refused.',
    set: 'The PIN that you type with your passcodes. Nobody at the help desk ever asks for it.',
    lead: `${buttonTexts.typePasscode} It is used up by this. Choose the PIN that you type with your passcodes from now on.`,
    provedLead:
      'Your fob is active. Choose the PIN that you type with its passcodes from now on. Nobody at the help desk ever asks for it.',
    present: 'Current PIN',
    presentHint: 'The PIN that you have now. If you have forgotten it, ask your help desk to reset it.',
    refused:
      'The PIN was not set: the passcode or the current PIN was not accepted. Take the next passcode and try again. After several failures an account is locked for a while.',
    done: `Your PIN is set. Log in with it and the next passcode of your fob. ${buttonTexts.nextByClock}`,
  },
  care: {
    health: 'State of the fob',
    seen: 'Last seen (UTC)',
    well: 'Nothing is wrong with it.',
    unseen: 'The service has not reached it yet. Connect it, and its state is shown here.',
    waiting: 'What is to be done',
    /** A task and why it waits. */
    task: (what: string, why: string) => `${what}: ${why}`,
    away: 'It waits until the fob is connected.',
    accounts: 'Accounts on it',
    connect: 'Connect the fob',
    clock: 'Set the clock now',
    forgotPin: 'Forgot its PIN',
    rename: (name: string) => `Rename ${name}`,
    clockDone: 'The clock is set as soon as the fob is connected. Connect it now.',
    pinDone:
      'The PIN is reset as soon as the fob is connected: connect it now, and hold its button when it asks. Your accounts stay. Then choose a new PIN on the fob.',
    renameDone: 'The account gets its new name as soon as the fob is connected. Connect it now.',
    refused: 'Nothing was changed.',
  },
  forgottenPin: {
    title: 'Reset the PIN of your fob',
    lead: (name: string) =>
      `The PIN of ${name} is removed, and your accounts stay on it. You hold the button of the fob, and then choose a new PIN on it.`,
    proof:
      'Prove first that it is you: with a passcode of another fob of yours. A passcode of this fob does not count: whoever found it unlocked could show one.',
    temporary: 'A temporary code from your help desk, together with your password, is enough, too.',
    noTemporary: 'If you have no other fob, ask your help desk: it can reset the PIN.',
    submit: 'Reset the PIN',
    refused:
      'The PIN is not reset: the proof was not accepted. Take the next passcode of another fob and try again, or ask your help desk. After several failures an account is locked for a while.',
    ownPasscode:
      'The PIN is not reset: that passcode comes from this fob itself. Take one of another fob, or ask your help desk.',
    codeAlone:
      'The PIN is not reset: a temporary code alone is not enough. Ask your help desk: it can reset the PIN.',
  },
  account: {
    title: 'Rename an account',
    lead: 'The fob shows these names. At most 32 characters each, fewer with accents.',
    issuer: 'Service',
    label: 'Account',
    submit: 'Save the names',
  },
  connect: {
    title: 'Connect your fob',
    lead: 'Plug in your fob. The service then does what waits for it: it sets the clock, and shows what else the fob needs.',
    alone: {
      heading: 'Without this page',
      lead: 'Plug the fob into a computer on which the Passfob agent runs: the service looks after it there. Or run this command on any computer with Passfob:',
    },
    unable:
      'This browser cannot reach a fob. Use Chrome, Edge, Opera or another browser of the Chromium family, on a computer and over https.',
    ready: 'Plug in your fob',
    run: 'The service looks after your fob',
    keep: 'Leave the fob plugged in and this page open.',
    later: 'Not now',
    laterHint: 'What needs the button is put off for a day.',
    stop: 'Stop',
    end: 'Result',
    again: 'Connect a fob again',
    waiting: 'This still waits:',
    done: 'This was done:',
    island: {
      connecting: 'Connecting to the service.',
      reconnecting: 'The connection was lost. Trying again.',
      reading: 'Reading the serial number of the fob.',
      noFob: 'No fob answers there. Unplug it, plug it in again, and choose it once more.',
      other: 'This fob does not belong to this service. Nothing was done.',
      gone: 'The fob was unplugged, or does not answer. Plug it in and try again: finished steps are kept.',
      stopped: 'Stopped. What is not done waits.',
      silent: 'The service cannot be reached now. Try again in a moment.',
      failed: 'Something went wrong in this page. Try again.',
      putOff: 'Put off until tomorrow.',
      unplugged: 'The fob is not connected any more. Plug it in again.',
      problems: portalTexts.island.problems,
    } satisfies CarePageTexts,
  },
  name: {
    title: 'Name your fob',
    lead: 'You and your help desk see this name.',
    label: 'Name',
    hint: `At most ${selfServiceLimits.nicknameMax} characters. Leave it empty to remove the name.`,
    submit: 'Save the name',
    done: 'The name is saved.',
  },
  lost: {
    title: 'Report your fob lost?',
    lead: (name: string) =>
      `No passcode of ${name} will be accepted from now on, anywhere, and your help desk is told. You cannot undo this yourself: your help desk can.`,
    also: 'With it these tokens stop:',
    submit: 'It is lost: stop it now',
    done: 'Your fob was stopped. Your help desk has been told.',
    lastAdmin:
      'Your fob still works: it is the only one that lets an administrator sign in, and nobody could administer the service without it. Your help desk has been told that it is lost. To stop it, run on the service’s computer: passfob service admin-link. Open that link, give an administrator another fob, and suspend this one.',
    doneTitle: 'Your fob was stopped',
    doneLead:
      'None of its passcodes is accepted any more, and your help desk has been told. You are signed out. If you find it, or need another one, ask your help desk.',
  },
} as const;
