/**
 * How to use a fob's button, in the same words for every page, mail, error and command.
 *
 * *Press* is short: it wakes the fob, goes on, or says no. *Hold* is a second: it shows a passcode, or says yes. The
 * fob's own screen says the same (`Hold: yes Press: no`).
 */
export const buttonTexts = {
  /** From a dark fob, or one that shows anything else such as the previous passcode, to a passcode on its screen. */
  showPasscode:
    'Press the button of your fob until it shows your account and no passcode. Then hold the button for a second: the fob shows a passcode.',
  /** The same before a form for the passcode. */
  typePasscode:
    'Press the button of your fob until it shows your account and no passcode. Then hold the button for a second, and type the passcode that the fob shows.',
  /**
   * If a passcode other than the one on the screen is needed: an event-based fob makes the next one only at a new
   * hold.
   */
  nextByClock: 'A fob that goes by the clock shows the next one after a while: wait for it.',
  /** Added if the fob may ask for its PIN. */
  pinFirst: 'A fob that is locked asks for its PIN first: enter it on the fob.',
  approve: 'Hold the button of the fob for a second to approve.',
  decline: 'Press the button to decline.',
  report: 'After that the fob asks whether to report it: hold the button for a second to report.',
} as const;
