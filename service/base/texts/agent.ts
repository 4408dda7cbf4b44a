/** Texts that the service sends to agents, for the person at the computer. */
export const agentTexts = {
  refusals: {
    full: {
      text: 'The service cannot take more connections now.',
      next: 'Plug in a fob that this service knows. The agent tries again by itself.',
    },
    failed: {
      text: 'The service cannot continue now.',
      next: 'The agent tries again by itself.',
    },
  },
} as const;

export type AgentRefusalCode = keyof typeof agentTexts.refusals;
