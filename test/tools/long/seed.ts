import fc from 'fast-check';
import { firstSeed } from '../../kit/counts.ts';

/** What fast-check draws in a long run comes from the seed that the run prints. */
fc.configureGlobal({ seed: firstSeed() });
