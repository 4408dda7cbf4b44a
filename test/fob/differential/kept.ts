import type { Step } from './scenario.ts';

/** Scenarios that found something, as short as they became; what was found is mended. */
export const KEPT: readonly { readonly found: string; readonly steps: readonly Step[] }[] = [
  {
    // The driver makes the heap of such a build grow first (`GROW` of kit/interpreter.ts).
    found: 'without room for a flat string, a paired fob seemed blank after a power cut',
    steps: [
      { kind: 'becomeOwner', seed: 1_385_740_190 },
      { kind: 'cut', seed: 1_628_956_966 },
    ],
  },
];
