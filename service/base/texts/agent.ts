/** Texts that the service sends to agents, for the person at the computer. */
export const agentTexts = {
  refusals: {
    full: {
      text: 'The service has more connections than it can hold.',
      next: 'Plug in a fob of this service. The agent tries again by itself.',
    },
    failed: {
      text: 'The service cannot go on now.',
      next: 'The agent tries again by itself.',
    },
  },
} as const;

export type AgentRefusalCode = keyof typeof agentTexts.refusals;
