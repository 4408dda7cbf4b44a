/** Bounds of the service's side of agents, and of the courier of pushes. */
export const agentLimits = {
  /** Connections at once, on one node: in all, and from one source, which may be the proxy of a whole company. */
  agentsMax: 25_000,
  agentsPerSource: 10_000,
  agentBucket: { burst: 1_000, perSecond: 100 },
  agentPollBucket: { burst: 2_000, perSecond: 500 },
  /** Of a poll: as many messages as one may hold, each as long as one may be in ASCII. */
  agentPollBodyMaxBytes: 262_144,
  /** What waits for a polling agent: more than that, and it takes nothing. */
  agentOutboxMessages: 512,
  agentOutboxChars: 131_072,
  agentBufferedMax: 65_536,
  /** From the connection to `open`. */
  agentOpeningMs: 15_000,
  /** What one agent may send: messages and characters, at once and a second. */
  agentMessageBucket: { burst: 1_000, perSecond: 100 },
  agentCharBucket: { burst: 524_288, perSecond: 32_768 },
  /** How often all agents are looked at: who has fallen silent, whose fob is to be asked again. */
  agentSweepMs: 2_500,
  /** How often the rows of fobs that are here are marked as seen, and when nobody believes one any more. */
  agentSeenMs: 60_000,
  agentSeenKeptMs: 24 * 3_600_000,
  /** Rows of fobs that come or go within this time are written as one. */
  agentGatherMs: 10,

  /** Sessions to prove fobs: of one source, of one fob through one source, and at once. */
  agentProofBucket: { burst: 2_000, perSecond: 50 },
  agentFobProofBucket: { burst: 12, perSecond: 0.05 },
  agentProofsAtOnce: 256,
  agentProofsPerSource: 128,
  /**
   * Proofs of one serial at once, over all sources: anybody can announce it. Of these, how many are only for the source by which
   * the fob proved itself last, and of how many fobs that is known.
   */
  agentProofsPerSerial: 8,
  agentProofsPerSerialTrusted: 1,
  agentTrustedKept: 25_000,
  /** A fob that was not proved is asked again: after this time, each time twice as long as before. */
  agentAgainMinMs: 5_000,
  agentAgainMaxMs: 5 * 60_000,
  agentStrangerAgainMs: 60_000,
  /** How often a fob is sent while it does not answer: it may be in the hands of another program. */
  agentHelloAnswerMs: 2_500,
  agentHelloSends: 2,

  /** Of the name of the push key's account, so that it fits into the smallest record. */
  pushIssuerBytes: 24,
  /** Changes within this time have the courier look once. */
  courierGatherMs: 50,
  /** How often one whose fob is locked or does not answer tries again, and looks whether it is still wanted. */
  courierAgainMs: 1_000,
  /** How often it looks while nothing is under way: what another node has told may have been lost. */
  courierIdleMs: 5_000,
  /** How often it tries to write down what was pressed while the database is in use. */
  courierWritesMax: 4,
  /** How often a fob that shows a request is asked for its answer, and while it is most likely to have one. */
  courierPollMs: 250,
  courierYesPollMs: 80,
  courierYesFromMs: 1_450,
  courierYesToMs: 4_000,
  /** Sessions that it opens for one push. */
  courierSessionsMax: 40,
} as const;
