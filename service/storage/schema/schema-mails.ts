import type { MailKind, MailState } from '../../base/mail-kinds.ts';

/** The table of mails to users. */
export interface MailSchema {
  /** Mails to users: written with the act that they are about, in its transaction; sent afterwards, at least once. */
  mails: {
    /** Its Message-ID is made of it. */
    id: string;
    kind: MailKind;
    user_id: string;
    activation_id: string | null;
    address: string;
    /** Sealed JSON of what its text is made of; null once it was sent, given up or too old. */
    sealed_content: string | null;
    key_id: string | null;
    created_ms: number;
    expires_ms: number;
    due_ms: number;
    attempts: number;
    leased_until_ms: number | null;
    state: MailState;
    /** Why it is not where it should be, in words. */
    error: string | null;
    /** When a mail server took it. */
    sent_ms: number | null;
  };
}
