/** Limits of the service's side of agents, and of the push dispatcher. */
export const agentLimits = {
  /** Concurrent connections on one node: in all, and from one source, which may be the proxy of a whole company. */
  agentsMax: 25_000,
  agentsPerSource: 10_000,
  /** Connections whose first message has not arrived: after a restart all agents reconnect at once. */
  unopenedMax: 25_000,
  unopenedPerSource: 10_000,
  agentBucket: { burst: 1_000, perSecond: 100 },
  agentPollBucket: { burst: 2_000, perSecond: 500 },
  /** The body of a poll: the most messages that it may hold, each of the greatest length in ASCII. */
  agentPollBodyMaxBytes: 262_144,
  /** The queue for a polling agent; when it is full, no more messages are accepted. */
  agentOutboxMessages: 512,
  agentOutboxChars: 131_072,
  agentBufferedMax: 65_536,
  /** A frame's first bytes, and the mask after its length (RFC 6455 §5.2). */
  frameHeadBytes: 2,
  frameMaskBytes: 4,
  /** A WebSocket message: its fragments, and the packets in which one of them may arrive. */
  fragmentsMax: 16,
  fragmentPacketsMax: 128,
  /** What is received from the beginning of a message to its end, besides the message itself: headers and pings. */
  messageOverheadMaxBytes: 4_096,
  /**
   * Incomplete messages on one node: what each counts for, and how much of it there may be, in all and from one source.
   */
  incompleteBytes: 65_536,
  incompleteMaxBytes: 33_554_432,
  incompleteOfSourceMaxBytes: 16_777_216,
  /** From the connection to `open`. */
  agentOpeningMs: 15_000,
  /** Messages and characters from one agent, each with a burst and a rate. */
  agentMessageBucket: { burst: 1_000, perSecond: 100 },
  agentCharBucket: { burst: 524_288, perSecond: 32_768 },
  /** How often a person may put tasks off over one connection; what comes faster is ignored, as it is stored already. */
  agentLaterBucket: { burst: 8, perSecond: 0.1 },
  /** How often all agents are checked: for those that have fallen silent, and for fobs due to be asked again. */
  agentSweepMs: 2_500,
  /** How often the rows of connected fobs are marked as seen, and how long such a mark is valid. */
  agentSeenMs: 60_000,
  agentSeenKeptMs: 24 * 3_600_000,
  /** Rows of fobs that connect or disconnect within this time are written together. */
  agentGatherMs: 10,

  /** Sessions that prove fobs: of one source, of one fob through one source, and at once. */
  agentProofBucket: { burst: 2_000, perSecond: 50 },
  agentFobProofBucket: { burst: 12, perSecond: 0.05 },
  agentProofsAtOnce: 256,
  agentProofsPerSource: 128,
  /**
   * Concurrent proofs of one serial over all sources: anybody can announce a serial. Of these, how many are reserved
   * for the source of the fob's last proof, and for how many fobs that source is remembered.
   */
  agentProofsPerSerial: 8,
  agentProofsPerSerialTrusted: 1,
  agentTrustedKept: 25_000,
  /** The delay before an unproved fob is asked again, doubled each time. */
  agentAgainMinMs: 5_000,
  agentAgainMaxMs: 5 * 60_000,
  agentStrangerAgainMs: 60_000,
  /** How long a fob may take to answer, and how often it is asked: another program may be using it. */
  agentHelloAnswerMs: 2_500,
  agentHelloSends: 2,

  /** Bytes of the name of the push key's account, so that it fits into the smallest record. */
  pushIssuerBytes: 24,
  /** The dispatcher handles changes within this time together. */
  courierGatherMs: 50,
  /** How often the dispatcher tries a locked or silent fob again, and checks whether the request is still open. */
  courierAgainMs: 1_000,
  /** How often an idle dispatcher looks for requests: a notice of another node may be lost. */
  courierIdleMs: 5_000,
  /** How often the dispatcher tries to store a decision while the database is busy. */
  courierWritesMax: 4,
  /**
   * How often a fob that shows a request is asked for its answer; more often in the time when an approval is most
   * likely.
   */
  courierPollMs: 250,
  courierYesPollMs: 80,
  courierYesFromMs: 1_450,
  courierYesToMs: 4_000,
  /** Sessions that the dispatcher opens for one push. */
  courierSessionsMax: 40,
} as const;
