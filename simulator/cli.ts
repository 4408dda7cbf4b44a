import { join } from 'node:path';
import { packageRoot } from './package-root.ts';

/** The path of the program that runs a simulated fob, as `npm run build` made it. */
export const program = join(packageRoot(), 'dist', 'main.js');
