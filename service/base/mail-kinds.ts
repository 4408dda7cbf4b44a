/** The subject of a mail to a user. */
export const mailKinds = ['activation', 'reminder', 'activated', 'expired'] as const;
export type MailKind = (typeof mailKinds)[number];

/**
 * waiting: to be sent; sent: a mail server accepted it; failed: no mail server accepted it; bounced: it was returned
 * later; dropped: not to be sent any more; local: there is no mail server, so it stays here.
 */
export const mailStates = ['waiting', 'sent', 'failed', 'bounced', 'dropped', 'local'] as const;
export type MailState = (typeof mailStates)[number];

/** A fob by the names that its user knows it by. */
export interface MailedFob {
  readonly serial: string;
  readonly name: string | null;
}

/** Facts of every mail. Names may hold any character: escape them before use in a header or in markup. */
interface MailFacts {
  readonly userId: string;
  /** The activation of the mail, by which it can be dropped; null if it has none. */
  readonly activationId: string | null;
  /** One address, as `prepareEmail` returns it. */
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly user: string;
  /** Empty if the user has none. */
  readonly displayName: string;
  readonly serviceName: string;
  /** The configured public URL: an origin without a slash at the end. */
  readonly publicUrl: string;
}

/** Asks a user to activate a fob. */
export interface ActivationMail extends MailFacts {
  readonly kind: 'activation';
  /** `<public url>/activate#<activation string>`. A secret. */
  readonly link: string;
  /** A secret. */
  readonly activationString: string;
  readonly expiresMs: number;
  /** The fob that is reserved for the user; null if any fob is accepted. */
  readonly fob: MailedFob | null;
  /** Whether a fob without an owner is accepted, too. */
  readonly blankAllowed: boolean;
}

/** Reminds a user of an activation mail. It holds no code: the service has not kept it. */
export interface ReminderMail extends MailFacts {
  readonly kind: 'reminder';
  /** When the activation mail was written. */
  readonly mailedMs: number;
  readonly expiresMs: number;
}

/** Says that a fob is ready for use. */
export interface ActivatedMail extends MailFacts {
  readonly kind: 'activated';
  readonly fob: MailedFob | null;
}

/** Says that an activation was not used in time. */
export interface ExpiredMail extends MailFacts {
  readonly kind: 'expired';
}

/** The data from which a mail's text is made when it is sent. */
export type NewMail = ActivationMail | ReminderMail | ActivatedMail | ExpiredMail;
