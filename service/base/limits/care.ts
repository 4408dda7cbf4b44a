/** Limits of the care of fobs. Units last in the name. */
export const careLimits = {
  /** One connection cares for a fob at a time: this long after its last step, another one may. */
  careLeaseMs: 60_000,
  /** How often a run that waits for a person renews its lease. */
  careRenewMs: 15_000,
  /** Steps of one run: more than a full fob needs. */
  careStepsMax: 256,
  /**
   * A clock whose correction needs a hold is corrected without being asked for only if it is off by more than this: a
   * passcode tolerates more, and nobody holds the button every day because of a crystal that is a little fast.
   */
  clockHoldErrorMs: 10_000,
  /** An agent must have been connected this long before its person is asked for a hold. */
  holdAfterMs: 60_000,
  /** How often it is checked whether a person may be asked who could not be asked before. */
  holdAgainMs: 30_000,
  /** Persons who are asked for a hold at once by a node, and those behind one source: fewer than its sessions. */
  holdsAtOnce: 128,
  holdsPerSource: 64,
  /** How long "later" puts off everything that needs a hold. */
  putOffMs: 24 * 3_600_000,
  /** Waiting tasks of one fob, and finished tasks that are kept. */
  tasksOpenMax: 64,
  tasksKept: 100,
  /** Fobs for which tasks are stored in one statement. */
  tasksAtOnce: 1_000,
  /** Finished tasks that a relay is told. */
  tasksTold: 8,
  /** A fob that a person has just plugged in is tried so often, until the person is told. */
  foregroundTries: 3,
  /** How often a node looks for new tasks of the fobs that its agents reach. */
  careLookMs: 5_000,
  /** A task that was stored longer ago waits for the fob's next connection. */
  newTasksMs: 60_000,
  /** How far a stored error of a clock may be from the truth: half of its whole second. */
  seenUncertaintyMs: 500,
  /** Accounts of which the order is given. */
  orderMax: 100,
  /** Hexadecimal digits of an account's id. */
  accountIdDigits: 8,
  /** The longest absence by which fobs are selected, and the one that the console offers. */
  notSeenDaysMax: 3_650,
  notSeenDays: 90,
  /** At or below this a fob's battery is low. */
  batteryLowPercent: 20,
  /** Names of an account on a fob, in bytes. */
  accountNameBytes: 32,
  /** Characters of the name of a relay that are kept. */
  relayNameMax: 64,
} as const;
