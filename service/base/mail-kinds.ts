/** What a mail to a user is about. */
export type MailKind = 'activation' | 'reminder' | 'activated' | 'expired';

/**
 * waiting: to be sent; sent: a mail server took it; failed: none did; bounced: it came back later; dropped: not to be sent
 * any more; local: there is no mail server, so it stays here.
 */
export type MailState = 'waiting' | 'sent' | 'failed' | 'bounced' | 'dropped' | 'local';

/** A fob by what its user knows it by. */
export interface MailedFob {
  readonly serial: string;
  readonly name: string | null;
}

/** What every mail needs to know. Names may hold anything: no header and no markup is made of them as they are. */
interface MailFacts {
  readonly userId: string;
  /** The activation it is about, by which it can be dropped; null where it is about none. */
  readonly activationId: string | null;
  /** One address, as `prepareEmail` gives it. */
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly user: string;
  /** Empty where the user has none. */
  readonly displayName: string;
  readonly serviceName: string;
  /** Where people reach the service, from its configuration: an origin without a slash at the end. */
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
  /** The fob that is set aside for the user; null where any will do. */
  readonly fob: MailedFob | null;
  /** Whether a fob that nobody owns yet will do, too. */
  readonly blankAllowed: boolean;
}

/** Reminds of such a mail. It holds no code: nobody knows it any more. */
export interface ReminderMail extends MailFacts {
  readonly kind: 'reminder';
  /** When the mail that it reminds of was written. */
  readonly mailedMs: number;
  readonly expiresMs: number;
}

/** Says that a fob can be used from now on. */
export interface ActivatedMail extends MailFacts {
  readonly kind: 'activated';
  readonly fob: MailedFob | null;
}

/** Says that an activation was not used in time. */
export interface ExpiredMail extends MailFacts {
  readonly kind: 'expired';
}

/** What a mail's text is made of when it is sent. */
export type NewMail = ActivationMail | ReminderMail | ActivatedMail | ExpiredMail;
