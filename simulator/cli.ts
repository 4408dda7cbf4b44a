import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// By name, not by where this file is: a bundle of it lies elsewhere.
const manifest = createRequire(import.meta.url).resolve('@passfob/simulator/package.json');

/** The path of the program that runs a simulated fob, as `npm run build` made it. */
export const program = join(dirname(manifest), 'dist', 'main.js');
