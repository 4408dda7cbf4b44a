/**
 * What a person does with the button of a fob, in one wording for every page, mail, error and command.
 *
 * *Press* is short: it wakes the fob, goes on, or says no. *Hold* is a second: it shows a passcode, or says yes. The
 * fob's own screen says the same (`Hold: yes  Press: no`).
 */
export const buttonTexts = {
  /** From a dark fob, or from one that shows something else, such as the passcode of before, to a passcode on its screen. */
  showPasscode:
    'Press the button of your fob until it shows your account. If it still shows an old passcode, press it once more. Then hold the button for a second: the fob shows a passcode.',
  /** The same where a form for the passcode follows. */
  typePasscode:
    'Press the button of your fob until it shows your account. If it still shows an old passcode, press it once more. Then hold the button for a second, and type the passcode that the fob shows.',
  /** Where another passcode is wanted than the one that is still on the screen: by event there is none before a new hold. */
  nextByClock: 'A fob that goes by the clock shows the next one after a while: wait for it.',
  /** Added where the fob may ask for its PIN. */
  pinFirst: 'A fob that is locked asks for its PIN first: enter it on the fob.',
  approve: 'Hold the button of the fob for a second to approve.',
  decline: 'Press the button to decline.',
  report: 'After that the fob asks whether to report it: hold the button for a second to report.',
} as const;
