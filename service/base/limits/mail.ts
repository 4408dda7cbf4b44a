/** Limits of mail to users. */
export const mailLimits = {
  /** Number of messages that one node sends in one turn, and the pause between two turns: the two bound the rate. */
  mailsAtOnce: 8,
  mailTurnMs: 2_000,
  /** How long a node may take for one mail before another may send it. Sending takes `deliveryTimeoutMs` at most. */
  mailLeaseMs: 60_000,
  mailAttempts: 16,
  /** How long a mail without an expiry may be sent. */
  mailLifeMs: 3 * 24 * 3_600_000,
  mailErrorMax: 200,
  /** The data of a text, encrypted, as JSON; and a whole mail with its pictures. */
  mailContentMaxBytes: 8_192,
  mailMaxBytes: 131_072,
  mailLinkMax: 1_280,
  mailContactMax: 128,
  /** Groups of an activation string in a line. */
  mailGroupsInLine: 5,
  mailsListed: 50,
  mailsOfUserListed: 10,
  outboxListed: 100,
  /** A delivery status notification (RFC 3464), which may contain the whole returned mail. */
  bounceMaxBytes: 524_288,
  bounceBodyMaxBytes: 1_048_576,
  bounceNestingMax: 8,
  bounceHeadersMaxBytes: 65_536,
  bounceStatusMaxBytes: 16_384,
} as const;
