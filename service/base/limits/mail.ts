/** The bounds of mail to users. */
export const mailLimits = {
  /** Mails that one node sends in one turn, and the pause between two turns: so many in so long, and no faster. */
  mailsAtOnce: 8,
  mailTurnMs: 2_000,
  /** How long a node may take for one mail before another may send it. Sending takes `deliveryTimeoutMs` at most. */
  mailLeaseMs: 60_000,
  mailAttempts: 16,
  /** How long a mail that says nothing of an end is worth sending, and how long it is remembered that there was one. */
  mailLifeMs: 3 * 24 * 3_600_000,
  mailsKeptMs: 90 * 24 * 3_600_000,
  mailErrorMax: 200,
  /** What a text is made of, sealed, as JSON; and a whole mail with its pictures. */
  mailContentMaxBytes: 8_192,
  mailMaxBytes: 131_072,
  mailLinkMax: 1_280,
  mailContactMax: 128,
  /** Groups of an activation string in a line. */
  mailGroupsInLine: 5,
  mailsListed: 50,
  mailsOfUserListed: 10,
  outboxListed: 100,
  /** A delivery status notification (RFC 3464), which may hold the whole mail that it is about. */
  bounceMaxBytes: 524_288,
  bounceBodyMaxBytes: 1_048_576,
  bounceNestingMax: 8,
  bounceHeadersMaxBytes: 65_536,
  bounceStatusMaxBytes: 16_384,
} as const;
