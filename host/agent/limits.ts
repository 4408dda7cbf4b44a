/** Bounds of what agents and services say to each other, and of the agent itself. */

/** Fobs that one connection may announce, and the highest number that one may have there. */
export const AGENT_FOBS_MAX = 32;
export const FOB_NUMBER_MAX = 65_535;
/** An agent that has said nothing else for so long says that it is there: below the 30 s at which proxies cut. */
export const AGENT_BEAT_MS = 20_000;
/** Heard nothing for so long, either side takes the connection for lost. */
export const AGENT_SILENCE_MS = 55_000;
/** How long a poll is held by the service where it has nothing to say (long polling). */
export const AGENT_POLL_MS = 20_000;
/** Messages in one poll, either way. */
export const AGENT_POLL_MESSAGES_MAX = 64;
/** What a polling agent's connection is known by: bytes of chance. */
export const AGENT_POLL_KEY_BYTES = 32;
